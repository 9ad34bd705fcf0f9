"""Whatever a mailbox, a host or a message is called, it stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from puq_zimbra import model
from puq_zimbra.call import Call
from puq_zimbra.clientarea import render
from puq_zimbra.units import GB

Draw = Callable[..., Any]

HOSTILE = [
    "<script>alert(1)</script>",
    "</table></div><img src=x onerror=alert(1)>",
    '"\' onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "{php}echo 1;{/php}{$smarty.version}",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&amp;&#123;",
    "%(x)s %s %%",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd",
    "ż" * 300,
    "emoji 🦊 \u200b\ufeff",
    "style=position:fixed",
]
TEMPLATES = sorted(Path(__file__).parents[2].glob("templates/*.html"))
ALLOWED = {
    "a", "bdi", "body", "button", "caption", "circle", "dd", "desc", "details", "div", "dl", "dt",
    "form", "h3", "h4", "h5", "header", "input", "label", "li", "link", "nav", "p", "path", "rect",
    "section", "span", "strong", "summary", "svg", "table", "tbody", "td", "tfoot", "th", "thead",
    "title", "tr", "ul",
}  # fmt: skip


def _assert_harmless(page: Any) -> None:
    """No element, attribute or address that could do anything."""
    for element in page.iter():
        assert element.tag in ALLOWED
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "srcdoc", "formaction", "src")
            if name in ("href", "action"):
                assert re.match(r"https://|[\w./?=&;#%+-]+$", value)
                assert "script:" not in value


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(
    draw: Draw, active: model.ServiceState, now: datetime, hostile: str
) -> None:
    """In every place that a value from outside can reach, in both tabs and the form."""
    state = model.ServiceState(hostile, False, None, hostile)
    box = model.MailboxUsage(hostile, hostile, 6 * GB, 5 * GB, hostile)
    page = draw(
        state,
        model.ServiceUsage(
            "i",
            "42",
            hostile,
            "domain-1",
            now,
            6 * GB,
            None,
            None,
            model.Counts({hostile: {hostile: 1}}),
            (box,),
            hostile,
        ),
        growth=(model.Growth(hostile, 6 * GB, GB, now.date()),),
        machines=model.Machines(
            (model.Daemon(hostile, hostile, False),),
            (model.MachineLoad(hostile, now, {now: 3}, (1, 2), {hostile: (9, 10)}),),
        ),
        service={"id": "42", "model": "server", "domain": "firma.example", "disk": 6 * GB},
        problem=hostile,
        notice=hostile,
        billing={
            "recurring_amount": hostile,
            "currency": hostile,
            "cycle": hostile,
            "payment_method": hostile,
        },
        server={"url": "https://127.0.0.1:7071", "hostname": hostile, "ip": hostile},
        form={
            "action": hostile,
            "page_url": hostile,
            "search": hostile,
            "sort": hostile,
            hostile: hostile,
        },
        assets_url=hostile,
        time_zone=hostile,
    )
    _assert_harmless(page)
    texts = ["".join(element.itertext()).strip() for element in page.iter("bdi")]

    # The table, the fullest, the warning, growth, a daemon and its machine, the machine, its disk.
    assert texts.count(hostile.strip()) >= 8
    assert page.xpath("string(.//*[@role='alert']//strong)") == hostile


@pytest.mark.parametrize(
    "hostile", [*HOSTILE, "\ud800", "\x00\x1b[31m", "a&puqz_sort=used#x", "%00%"]
)
def test_a_hostile_search_stays_a_search(
    draw: Draw, usage: Callable[..., model.ServiceUsage], hostile: str
) -> None:
    """It comes back in the field and in links, where it is one value and nothing else."""
    many = usage(*((f"{hostile}{number}@x.example", 1, 2) for number in range(60)))
    page = draw(usage=many, form={"page_url": "x.php?p=", "search": hostile, "sort": hostile})
    _assert_harmless(page)
    field = page.find(".//input[@type='search']")
    queries = [parse_qs(urlsplit(link).query) for link in page.xpath(".//th/a/@href")]

    assert len(queries) == 4
    assert {name for query in queries for name in query} <= {"p", "puqz_search", "puqz_sort"}
    assert {query.get("puqz_search", [""])[0] for query in queries} == {field.get("value")}
    assert set(field.get("value")) <= set(hostile)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hidden_fields_arrive_as_they_were(draw: Draw, hostile: str) -> None:
    """The host's token comes back byte for byte, whatever it holds."""
    form = draw(form={"action": "details.php", hostile: hostile}).find(".//form")

    assert dict(form.form_values())[hostile] == hostile


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_brace_leaves_the_house(call: Callable[..., Call], now: datetime, hostile: str) -> None:
    """A host that runs the fragment through Smarty finds nothing to run."""
    given = call(billing={"payment_method": hostile}, form={"action": "a", "t": hostile})
    html = render.fragment(given, None, None, (), problem=hostile, now=now)
    fields = render.admin_fields(given, model.ServiceState(hostile, True, None, hostile), None)

    assert not set(html + "".join(fields.values())) & set("{}")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "vbscript:x",
        "//evil.example/", "https:evil.example", "https:///x", "http://mail.example/",
        "https://user@evil.example/", "https://a b/", 'https://x/"onx=', "https://x/\\y", " https://x/",
        "https://[::1", "https://x:port/", "https://x.example:99999/", "\tjavascript:x", "",
    ],
)  # fmt: skip
def test_only_https_addresses_become_links(url: str) -> None:
    """The text may be shown, the link is not made; forms may also stay on the host's own site."""
    assert render.https_address(url) == ""
    assert render.host_address(url) == ""


@pytest.mark.parametrize(
    "url", ["https://mail.example.test/", "https://127.0.0.1:7443/x?y=z#a", "https://[::1]:7071/"]
)
def test_good_addresses_pass(url: str) -> None:
    """Links of servers known by name or number."""
    assert render.https_address(url) == url


@pytest.mark.parametrize("url", ["clientarea.php?action=x&id=4", "/act?lang=pl", "./x", "?id=4"])
def test_forms_may_stay_on_the_hosts_site(url: str) -> None:
    """A relative address cannot leave it."""
    assert (render.host_address(url), render.https_address(url)) == (url, "")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_keep_the_rules(path: Path) -> None:
    """Variables are listed first; attributes are quoted; nothing is declared safe."""
    text = path.read_text(encoding="utf-8")
    markup = re.sub(r"\{#.*?#\}", "", text, flags=re.S)

    assert re.match(r"\{# .*[Vv]ariables", text)
    assert not re.search(r"\|\s*safe|Markup|autoescape|<script|<style|\sstyle=|\son\w+=", markup)
    assert not re.search(r"\s[\w-]+=(?![\"\w ])", re.sub(r"\{[{%].*?[%}]\}", "x", markup))
    assert not re.search(r"<[^>]*\s[\w-]+=\{\{", markup)


def test_the_style_sheet_touches_nothing_but_the_fragment() -> None:
    """Every selector begins with our class, and nothing is loaded from elsewhere."""
    css = Path(__file__).parents[2].joinpath("templates", "puqz.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    selectors = [
        one.strip()
        for match in re.finditer(r"([^{}]+)\{", rules)
        for one in match[1].split(",")
        if not match[1].strip().startswith("@")
    ]

    assert selectors
    assert [
        one for one in selectors if not re.match(r"(\[data-bs-theme=\"dark\"\] )?\.puqz\b", one)
    ] == []
    assert "url(" not in rules
    assert "@import" not in rules
