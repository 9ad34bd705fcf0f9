"""The page as a browser reads it: rows, states, figures, and the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra import model
from puq_zimbra.call import Call
from puq_zimbra.clientarea import render

Draw = Callable[..., Any]
Words = Callable[[Any], str]
Usage = Callable[..., model.ServiceUsage]

POLISH = [
    "Data rejestracji", "Kwota cykliczna", "Cykl rozliczeniowy", "Następny termin płatności",
    "Metoda płatności", "Nazwa hosta", "Główny adres IP", "Adres panelu klienta (WEBmail)",
    "Adres panelu administracyjnego", "Przestrzeń całkowita", "Wykorzystana przestrzeń",
]  # fmt: skip
ENGLISH = [
    "Registration date", "Recurring amount", "Billing cycle", "Next due date", "Payment method",
    "Host name", "Main IP address", "Client panel address (webmail)",
    "Administration panel address", "Total space", "Used space",
]  # fmt: skip
FORM = {"action": "clientarea.php?action=productdetails", "token": "t", "id": "42"}


def _rows(page: Any, words: Words) -> dict[str, str]:
    labels = [words(one) for one in page.iterfind(".//dl//dt")]
    values = [words(one) for one in page.iterfind(".//dl//dd")]
    return dict(zip(labels, values, strict=True))


@pytest.mark.parametrize(("locale", "labels"), [("pl", POLISH), ("english", ENGLISH)])
def test_the_eleven_rows_in_their_order(
    draw: Draw, words: Words, locale: str, labels: list[str]
) -> None:
    """The order is the product's; a host that prints five of them itself embeds the other six."""
    full = _rows(draw(locale=locale), words)
    embedded = _rows(draw(locale=locale, mode="embedded"), words)

    assert list(full) == labels
    assert list(embedded) == labels[5:]


def test_the_rows_values(draw: Draw, words: Words, usage: Usage) -> None:
    """Polish dates, amounts and commas."""
    rows = _rows(draw(usage=usage(("a@firma.example", 34.77, 40))), words)

    assert list(rows.values()) == [
        "5 stycznia 2026", "49,00 zł", "miesięczny", "5 grudnia 2026", "Przelew",
        "mail.example.test", "192.0.2.10", "https://mail.example.test/",
        "https://mail.example.test:7071/zimbraAdmin/", "60 GB", "34,77 GB (57 %)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cycle", "polish"),
    [
        ("monthly", "miesięczny"), ("Quarterly", "kwartalny"), ("Semi-Annually", "półroczny"),
        ("Annually", "roczny"), ("One Time", "jednorazowo"), ("Free Account", "bezpłatnie"),
        ("co 5 tygodni", "co 5 tygodni"),
    ],
)  # fmt: skip
def test_billing_cycles(draw: Draw, words: Words, cycle: str, polish: str) -> None:
    """WHMCS's names are known; any other stays as it is."""
    rows = _rows(draw(billing={"cycle": cycle}), words)

    assert rows["Cykl rozliczeniowy"] == polish


def test_what_nobody_told_is_no_data(draw: Draw, words: Words) -> None:
    """A call may come with hardly anything."""
    page = draw(None, billing={}, server=None, service={"id": "7", "domain": "x.example"})

    assert set(_rows(page, words).values()) == {"brak danych"}
    assert "Stan nieznany" in words(page)
    assert "jeszcze nie zmierzono" in words(page)
    assert page.find(".//form") is None


def test_meters_say_their_value(draw: Draw, usage: Usage) -> None:
    """The bar ends at 100, its text tells the truth; there is none where there is no percent."""
    page = draw(usage=usage(("a@x.example", 6.6, 5), ("b@x.example", 1, None)))
    meters = page.findall(".//table//*[@role='meter']")

    assert [meter.get("aria-label") for meter in meters] == ["a@x.example"]
    assert meters[0].get("aria-valuenow") == "100"
    assert meters[0].get("aria-valuetext") == "6,6\u00a0GB z 5\u00a0GB (132\u00a0%)"
    assert meters[0].find(".//rect[@class='puqz-fill']").get("width") == "100"


def test_an_empty_domain_and_a_full_plan(draw: Draw, words: Words, usage: Usage) -> None:
    """No mailboxes is said; so is how many more there can be."""
    assert "Nie ma jeszcze żadnych skrzynek." in words(draw(usage=usage()))
    assert "można utworzyć jeszcze 22 skrzynki" in words(
        draw(usage=usage(*((f"{n}@x.example", 1, 2) for n in range(3))))
    )
    assert "wszystkie skrzynki z planu są wykorzystane" in words(
        draw(usage=usage(*((f"{n}@x.example", 1, 2) for n in range(25))))
    )
    assert "2 skrzynki ponad plan" in words(
        draw(usage=usage(*((f"{n}@x.example", 1, 2) for n in range(27))))
    )


@pytest.mark.parametrize(
    ("state", "badge", "sentence"),
    [
        (("active", False, None), "Aktywna", ""),
        (("locked", True, None), "Zawieszona", "poczta nadal przychodzi"),
        (("maintenance", True, None), "Zawieszona", "czeka na serwerach nadawców"),
        (("closed", True, None), "Zawieszona", "wraca do nadawców"),
        (("locked", False, None), "Zablokowana przez administratora", "poczta nadal przychodzi"),
        (("locked", True, date(2026, 12, 14)), "Do usunięcia 14 grudnia 2026", "można przywrócić"),
    ],
)
def test_states_are_words(
    draw: Draw,
    words: Words,
    state: tuple[str, bool, date | None],
    badge: str,
    sentence: str,
) -> None:
    """Colour and icon only underline; links that would fail are not offered as buttons."""
    page = draw(model.ServiceState(*state, "admin@firma.example"))
    buttons = [words(link) for link in page.findall(".//header//a")]

    assert words(page.find(".//*[@class='puqz-line']/span")) == badge
    assert sentence in words(page)
    assert buttons == (["Otwórz webmail", "Panel administracyjny"] if badge == "Aktywna" else [])


def test_old_figures_have_their_age(draw: Draw, words: Words, usage: Usage) -> None:
    """With Zimbra out of reach the page shows what is known, since when, and the reason."""
    old = usage(("a@x.example", 1, 2), age=timedelta(hours=3), stale=True)
    page = draw(None, old, problem="Zimbra nie odpowiada.")

    assert "Zimbra nie odpowiada. Dane na tej stronie są z 09:08." in words(page)
    assert "3 godziny temu" in words(page.find(".//header"))
    assert "Ostatni odczyt się nie udał" in words(draw(usage=old))
    assert "przybliżone" in words(page)


@pytest.mark.parametrize(("page", "checked"), [(None, "info"), ("usage", "usage"), ("2", "info")])
def test_the_address_can_open_the_second_tab(draw: Draw, page: str | None, checked: str) -> None:
    """The tabs are radio buttons; each has its label."""
    drawn = draw(page=page)

    assert drawn.xpath(".//input[@type='radio'][@checked]/@id") == [f"puqz-42-tab-{checked}"]
    assert drawn.xpath(".//label[@for='puqz-42-tab-info' or @for='puqz-42-tab-usage']/text()") == [
        "Informacja o serwerze",
        "Wykorzystanie zasobów",
    ]


def test_two_services_on_one_page_do_not_collide(draw: Draw, usage: Usage) -> None:
    """Every id is the service's own, and every reference meets its id."""
    drawn = [
        draw(usage=usage(("a@x.example", 1, 2)), form=FORM, service={"id": one, "domain": "x.pl"})
        for one in ("42", "43")
    ]
    ids = [name for page in drawn for name in page.xpath(".//@id")]
    references = drawn[0].xpath(
        ".//@for | .//@aria-labelledby | .//@aria-controls | .//@aria-describedby"
    )

    assert len(ids) == len(set(ids))
    assert {name for reference in references for name in reference.split()} <= set(ids)


def test_the_password_form(draw: Draw) -> None:
    """It goes where the host says, with what the host says, and nothing may replace its fields."""
    page = draw(form={**FORM, "page_url": "x.php?p=", "password": "no", "puqz_action": "no"})
    form = page.find(".//form")

    assert (form.get("method"), form.get("action")) == ("post", FORM["action"])
    assert dict(form.form_values()) == {
        "token": "t",
        "id": "42",
        "puqz_action": "change_admin_password",
    }
    assert form.xpath(".//input[@type='password']/@name") == ["password", "password_again"]
    assert draw(None, form=FORM).find(".//form") is None
    assert {field.get("autocomplete") for field in form.xpath(".//input[@type='password']")} == {
        "new-password"
    }


def test_the_style_sheet_is_linked_only_from_where_the_host_serves_it(draw: Draw) -> None:
    """The fragment carries no style of its own."""
    assert draw().find(".//link") is None
    assert draw(assets_url="modules/puq/").find(".//link").get("href") == "modules/puq/puqz.css"


def test_the_admins_lines(
    call: Callable[..., Call], active: model.ServiceState, usage: Usage, now: datetime
) -> None:
    """A label and a little HTML for each."""
    fields = render.admin_fields(call(), active, usage(("a@x.example", 3, 5)), now=now)

    assert fields == {
        "Stan": "Aktywna",
        "Domena pocztowa w Zimbrze": "<bdi>firma.example</bdi>",
        "Przestrzeń": "3\u00a0GB z 60\u00a0GB (5\u00a0%)",
        "Pomiar": "Dane z 12:08 (przed chwilą)",
    }


def test_compiled_templates_that_cannot_be_kept_cost_no_page(
    call: Callable[..., Call],
    active: model.ServiceState,
    usage: Callable[..., model.ServiceUsage],
    now: datetime,
    tmp_path: Path,
) -> None:
    """The folder is gone, or its disk is full: the page is drawn all the same."""
    html = render.fragment(call(), active, usage(), (), now=now, compiled=tmp_path / "gone")

    assert "Informacja o serwerze" in html
    assert not (tmp_path / "gone").exists()
