"""How a form is drawn: its fields, its errors on top and beside them, and what was typed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import lxml.html
import pytest

from puq_zimbra.clientarea.format import Figures
from puq_zimbra.clientarea.forms import FieldView, FormView
from puq_zimbra.clientarea.render import _environment, _sent


def field(name: str, kind: str = "text", **more: Any) -> FieldView:
    """A field as the macros read it."""
    given = {"label": name.title(), "value": "", "hint": "", "required": True, "choices": ()}
    return FieldView(name=name, kind=kind, autocomplete="off", **{**given, **more})


def drawn(*fields: FieldView, action: str = "x.php?id=42", **hidden: str) -> Any:
    """The form with its summary of errors, as a browser reads it."""
    form = FormView("new", action, hidden, fields)
    text = (
        '{% import "forms.html" as forms with context %}{{ forms.summary(form) }}'
        '{{ forms.form(form, "Create", cancel="x.php?p=mailboxes", units={"quota": "GB"}) }}'
    )
    environment = _environment("en", None)
    view = SimpleNamespace(measured_at=None, stale=False)
    html = environment.from_string(text).render(
        form=form, uid="puqz-42", view=view, page=None, figures=Figures
    )
    return lxml.html.fragment_fromstring(_sent(html), create_parent="body")


def test_every_input_has_its_label_and_its_hint() -> None:
    """By their ids, which begin with the service's."""
    page = drawn(
        field("name", hint="Letters and digits."),
        field("quota", value="5", hint="Up to 10 GB."),
        field("note", "textarea", value="a\nb"),
        field("tier", "select", value="b", choices=(("a", "Mail"), ("b", "Business"))),
        field("way", "radio", value="keep", choices=(("keep", "Keep"), ("go", "Go"))),
        field("must", "checkbox", value="1"),
        field("password", "password", value="secret"),
        token="t",
    )
    form = page.find(".//form")
    ids = page.xpath(".//@id")

    assert (form.get("method"), form.get("action")) == ("post", "x.php?id=42")
    assert len(ids) == len(set(ids))
    assert set(page.xpath(".//label/@for | .//@aria-describedby")) <= set(ids)
    values = dict(form.form_values())
    assert values == {
        "token": "t", "name": "", "quota": "5", "note": "a\nb", "tier": "b", "way": "keep",
        "must": "1",
    }  # fmt: skip
    assert page.get_element_by_id("puqz-42-new-password").get("value") is None
    assert "secret" not in lxml.html.tostring(page, encoding="unicode")
    assert page.xpath("string(.//label[@for='puqz-42-new-quota']/../div/span)") == "GB"
    assert page.find(".//*[@role='alert']") is None


def test_errors_stand_on_top_and_beside_their_field() -> None:
    """In the same words, each a link to its field; what was typed stays."""
    page = drawn(
        field("name", value="biuro", error="biuro@x.example is taken.", hint="Letters."),
        field("quota", value="20", error="20 GB are too much."),
        field("display", value="Biuro"),
    )
    (summary,) = page.xpath(".//*[@role='alert']")
    links = summary.xpath(".//li/a")

    assert (summary.get("id"), summary.get("tabindex")) == ("puqz-42-errors", "-1")
    assert [(one.get("href"), one.text) for one in links] == [
        ("#puqz-42-new-name", "biuro@x.example is taken."),
        ("#puqz-42-new-quota", "20 GB are too much."),
    ]
    name = page.get_element_by_id("puqz-42-new-name")
    assert (name.get("value"), name.get("aria-invalid")) == ("biuro", "true")
    error = page.get_element_by_id(name.get("aria-describedby"))
    assert error.text_content().strip() == "biuro@x.example is taken."
    assert page.get_element_by_id("puqz-42-new-display").get("aria-invalid") is None


@pytest.mark.parametrize("action", ["javascript:alert(1)", "//evil.example/", "", "data:x"])
def test_a_form_goes_nowhere_but_to_the_host(action: str) -> None:
    """Else there is none."""
    assert drawn(field("name"), action=action).find(".//form") is None


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "\"' autofocus onfocus='x",
        "</textarea><b>",
        "{{ 7 }}",
    ],
)
def test_what_was_typed_stays_text(hostile: str) -> None:
    """In every kind of field, its label, hint and error."""
    page = drawn(
        *(
            field(kind, kind, value=hostile, label=hostile, hint=hostile, error=hostile,
                  choices=((hostile, hostile),))
            for kind in ("text", "textarea", "select", "radio", "checkbox")
        )
    )  # fmt: skip

    assert {one.tag for one in page.iter() if isinstance(one.tag, str)} & {"script", "b"} == set()
    assert not [name for one in page.iter() for name in one.attrib if name.startswith("on")]
    assert page.find(".//textarea").text.strip() == hostile
    assert page.find(".//input[@type='text']").get("value") == hostile
