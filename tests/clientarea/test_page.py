"""The page as a browser reads it: rows, states, figures, and the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra import __version__, readings
from puq_zimbra.clientarea import render
from puq_zimbra.request import Request

Draw = Callable[..., Any]
Words = Callable[[Any], str]
Usage = Callable[..., readings.ServiceUsage]

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


PAGE_URL = "clientarea.php?action=productdetails&id=42&p="


def _rows(page: Any, words: Words) -> dict[str, str]:
    (facts,) = page.find_class("puqz-facts")
    for button in facts.findall(".//button"):
        button.drop_tree()  # "Copy", which shows only where a script runs
    labels = [words(one) for one in facts.iterfind(".//dt")]
    values = [words(one) for one in facts.iterfind(".//dd")]
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
        "https://mail.example.test:7071/zimbraAdmin/", "60 GB", "34,77 GB",
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
    assert "Nie możemy teraz sprawdzić, czy poczta działa" in words(page)
    assert "Nie ma jeszcze danych o zajętej przestrzeni." in words(page)
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
    assert "Nie ma jeszcze żadnej skrzynki." in words(draw(usage=usage()))
    assert "Możesz utworzyć jeszcze 22." in words(
        draw(usage=usage(*((f"{n}@x.example", 1, 2) for n in range(3))))
    )
    assert "Wszystkie skrzynki z planu są wykorzystane." in words(
        draw(usage=usage(*((f"{n}@x.example", 1, 2) for n in range(25))))
    )
    assert "2 skrzynki ponad plan" in words(
        draw(usage=usage(*((f"{n}@x.example", 1, 2) for n in range(27))))
    )


@pytest.mark.parametrize(
    ("state", "title", "badge", "sentence"),
    [
        (("active", False, None), "Poczta działa", "Działa", "nic robić"),
        (("locked", True, None), "Usługa jest zawieszona", "Zawieszona", "nadal przychodzi"),
        (("maintenance", True, None), "Usługa jest zawieszona", "Zawieszona", "czeka na serwerach"),
        (("closed", True, None), "Usługa jest zawieszona", "Zawieszona", "wraca do nadawców"),
        (("locked", False, None), "Zablokowana przez administratora",
         "Zablokowana przez administratora", "nadal przychodzi"),
        (("locked", True, date(2026, 12, 14)), "Usługa zostanie usunięta 14 grudnia 2026",
         "Do usunięcia 14 grudnia 2026", "można ją przywrócić"),
    ],
)  # fmt: skip
def test_states_are_words(
    draw: Draw,
    words: Words,
    state: tuple[str, bool, date | None],
    title: str,
    badge: str,
    sentence: str,
) -> None:
    """Colour and icon only underline; addresses that would fail are no links, with the reason."""
    given = readings.ServiceState(*state, "admin@firma.example")
    page = draw(given, form={"page_url": PAGE_URL})
    other = draw(given, form={"page_url": PAGE_URL}, page="usage")
    (card,) = page.find_class("puqz-status")
    works = state[0] == "active"

    assert words(card.find(".//h3")) == title
    assert sentence in words(card)
    assert words(other.find_class("puqz-badge")[0]) == badge
    assert page.find_class("puqz-badge") == []
    assert [words(link) for link in page.findall(".//header//a")] == ["Otwórz webmail"] * works
    assert len(page.xpath(".//dl[@class='puqz-facts']//a")) == 2 * works
    assert ("nieczynny" in words(page)) is not works


def test_the_hosts_own_links_are_the_way_out(draw: Draw, words: Words, usage: Usage) -> None:
    """Paying, more space, a message: one main button; without an address the sentence stays."""
    urls = {f"{name}_url": f"{name}.php" for name in ("pay", "upgrade", "ticket", "sso")}
    unpaid = readings.ServiceState("locked", True, None, "admin@firma.example")
    over = usage(("a@firma.example", 61, None))

    def buttons(state: Any, **more: Any) -> list[tuple[str, str]]:
        (card,) = draw(state, **more).find_class("puqz-status")
        return [(words(one), one.get("href")) for one in card.xpath(".//a")]

    assert buttons(unpaid, form=urls) == [
        ("Opłać fakturę", "pay.php"),
        ("Napisz do nas", "ticket.php"),
    ]
    assert buttons(unpaid) == []
    assert "Co zrobić: opłać zaległość albo napisz do nas." in words(draw(unpaid))
    active = readings.ServiceState("active", False, None, "admin@firma.example")
    assert buttons(active, usage=over, form=urls) == [("Dokup przestrzeń", "upgrade.php")]
    assert buttons(unpaid, form={"pay_url": "javascript:alert(1)"}) == []
    (webmail,) = draw(active, form=urls).findall(".//header//a")
    assert webmail.get("href") == "sso.php"
    (plain,) = draw(active, form={"sso_url": "//evil.example/"}).findall(".//header//a")
    assert plain.get("href") == "https://mail.example.test/"


def test_links_of_the_host_are_no_hidden_fields(draw: Draw) -> None:
    """The password form carries what the host gave to be carried, and nothing else."""
    form = draw(
        form={**FORM, "pay_url": "p", "upgrade_url": "u", "ticket_url": "t", "sso_url": "s"}
    )

    assert set(dict(form.find(".//form").form_values())) == {"token", "id", "puqz_action"}


def test_old_figures_have_their_age(draw: Draw, words: Words, usage: Usage) -> None:
    """With Zimbra out of reach the page shows what is known, since when, and the reason."""
    old = usage(("a@x.example", 1, 2), age=timedelta(hours=3), stale=True)
    page = draw(None, old, problem="Zimbra nie odpowiada.", form={"page_url": PAGE_URL})
    (card,) = page.find_class("puqz-status")
    other = draw(None, old, problem="Zimbra x.", form={"page_url": PAGE_URL}, page="usage")

    assert (
        "Zimbra nie odpowiada. Poniżej są ostatnie znane dane, z 09:08 (3 godziny temu)."
        in words(card)
    )
    assert [one.get("href") for one in card.findall(".//a")] == [f"{PAGE_URL}overview"]
    assert "Zimbra x. Poniżej są ostatnie znane dane" in words(other.find(".//*[@role='alert']"))
    assert "Ostatni odczyt się nie udał. To ostatnie dobre dane. Dane z 09:08" in words(
        draw(usage=old)
    )


@pytest.mark.parametrize(
    ("page", "current", "mark"),
    [
        (None, "overview", "facts"), ("", "overview", "facts"), ("2", "overview", "facts"),
        ("nonsense", "overview", "facts"), ("overview", "overview", "facts"),
        ("usage", "usage", "days"),
    ],
)  # fmt: skip
def test_each_page_has_its_own_address(
    draw: Draw, words: Words, page: str | None, current: str, mark: str
) -> None:
    """Real links, the present one marked; what is asked for stands alone."""
    drawn = draw(page=page, form={"page_url": PAGE_URL})
    links = drawn.findall(".//nav//a")

    assert [(words(one), one.get("href")) for one in links] == [
        ("Informacja o serwerze", f"{PAGE_URL}overview"),
        ("Wykorzystanie zasobów", f"{PAGE_URL}usage"),
    ]
    assert drawn.xpath(".//nav//a[@aria-current='page']/@href") == [PAGE_URL + current]
    assert {name for name in ("facts", "days") if drawn.xpath(f".//*[@id='puqz-42-{name}']")} == {
        mark
    }


@pytest.mark.parametrize("page_url", [None, "", "javascript:x", "//evil.example/"])
def test_without_addresses_both_pages_stand_below_each_other(
    draw: Draw, page_url: str | None
) -> None:
    """A host of an older module gives none: nothing may be out of reach."""
    drawn = draw(form={"page_url": page_url} if page_url is not None else {}, page="usage")

    assert drawn.xpath(".//nav//a/@href") == ["#puqz-42-overview", "#puqz-42-usage"]
    assert drawn.xpath("count(.//*[@id='puqz-42-facts' or @id='puqz-42-days'])") == 2


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
    """The fragment carries no style of its own; a new version's is not an old one from a cache."""
    assert draw().find(".//link") is None
    assert draw().find(".//script") is None
    page = draw(assets_url="modules/puq/")
    assert page.find(".//link").get("href") == f"modules/puq/puqz.css?v={__version__}"
    assert [dict(one.attrib) for one in page.findall(".//script")] == [
        {"src": f"modules/puq/puqz.js?v={__version__}", "defer": "defer"}
    ]


def test_the_admins_lines(
    call: Callable[..., Request], active: readings.ServiceState, usage: Usage, now: datetime
) -> None:
    """A label and a little HTML for each."""
    fields = render.admin_fields(call(), active, usage(("a@x.example", 3, 5)), now=now)

    assert fields == {
        "Stan": "Działa",
        "Domena pocztowa w Zimbrze": "<bdi>firma.example</bdi>",
        "Przestrzeń": "3\u00a0GB z 60\u00a0GB (5\u00a0%)",
        "Pomiar": "Dane z 12:08 (przed chwilą)",
        "Wersje": f"silnik {__version__}, moduł starszy · zaktualizuj moduł do wersji silnika",
    }


def test_compiled_templates_that_cannot_be_kept_cost_no_page(
    call: Callable[..., Request],
    active: readings.ServiceState,
    usage: Callable[..., readings.ServiceUsage],
    now: datetime,
    tmp_path: Path,
) -> None:
    """The folder is gone, or its disk is full: the page is drawn all the same."""
    html = render.fragment(call(), active, usage(), (), now=now, compiled=tmp_path / "gone")

    assert "Informacja o serwerze" in html
    assert not (tmp_path / "gone").exists()
