"""The second tab through the hook, after weeks of readings: history, growth, forecast, warnings.

The readings are made by the hooks themselves, with a clock that goes from day to day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from .conftest import Hook, Params

GB, MB = 2**30, 2**20
FIRST = datetime(2026, 10, 25, 9, 0, tzinfo=UTC)
#: local part -> bytes a day; anna reaches 4.49 of 5 GB, the others are far from it
PACE = {"anna": 230 * MB, "biuro": 40 * MB, "cisza": 0}
DAYS = 20

Page = Callable[..., Any]


@pytest.fixture
def measured(hook: Hook, simulator: Simulator, runtime: Runtime) -> Simulator:
    """A service whose page somebody looked at every day, and once in each of two months before."""
    runtime.now = lambda: FIRST - timedelta(days=70)
    hook("create")
    hook("client_area")
    runtime.now = lambda: FIRST - timedelta(days=40)
    hook("client_area")
    for name in PACE:
        simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
    for day in range(DAYS + 1):
        runtime.now = lambda day=day: FIRST + timedelta(days=day)  # type: ignore[misc]
        hook("client_area")
        for name, pace in PACE.items():
            simulator.add_mail(f"{name}@firma.example", pace if day < DAYS else 0)
    return simulator


@pytest.fixture
def page(hook: Hook) -> Page:
    """Draw the page as a browser would read it."""

    def draw(**changes: Any) -> Any:
        answer = hook("client_area", **changes)
        assert answer.value["ok"]
        return html.fragment_fromstring(answer.value["html"], create_parent="body")

    return draw


def words(element: Any) -> str:
    """An element's text with single blanks."""
    return " ".join(element.text_content().split())


def rows(page: Any, title: str) -> list[list[str]]:
    """The cells of the table under a heading's id."""
    found = page.xpath(f".//*[@aria-labelledby='puqz-42-{title}']//tbody/tr")
    return [[words(cell) for cell in row] for row in found]


def test_the_history_of_a_service(measured: Simulator, page: Page) -> None:
    """Two charts with their tables: days, and the last reading of each month."""
    drawn = page(locale="pl", time_zone="Europe/Warsaw")
    days, months = rows(drawn, "days"), rows(drawn, "months")

    assert len(drawn.find_class("puqz-columns")) == 2
    assert (days[0], days[-1], len(days)) == (
        ["14 listopada 2026", "5,27", "4"],
        ["25 października 2026", "0,00", "4"],
        DAYS + 1,
    )
    assert months == [
        ["listopad 2026", "5,27", "4"],
        ["październik 2026", "1,58", "4"],
        ["wrzesień 2026", "0,00", "1"],
        ["sierpień 2026", "0,00", "1"],
    ]


def test_growth_forecast_and_warnings(measured: Simulator, page: Page) -> None:
    """What grew and since when, when the 50 GB will be full, and who is nearly full."""
    text = words(page())

    assert rows(page(), "growth") == [
        ["anna@firma.example", "+4.49 GB", "16 November"],
        ["biuro@firma.example", "+0.78 GB", "2 March 2027"],
    ]
    assert "By how much they grew since 25 October 2026." in text
    # 44.73 GB to go at 270 MB a day are 170 days.
    assert "If the pace since 25 October 2026 holds" in text
    assert "the space will be full in about 6 months." in text
    assert "filled to 90%" not in text


def test_a_mailbox_that_fills_up_is_warned_of(
    measured: Simulator, runtime: Runtime, page: Page
) -> None:
    """As of the first reading that finds it at nine tenths of its limit."""
    measured.add_mail("anna@firma.example", 50 * MB)
    before = words(page())
    runtime.now = lambda: FIRST + timedelta(days=DAYS, hours=2)

    assert "filled to 90%" not in before
    assert "1 mailbox is filled to 90% or more: anna@firma.example" in words(page())


def test_a_new_service_promises_nothing(
    hook: Hook, simulator: Simulator, runtime: Runtime, page: Page
) -> None:
    """Readings of one day: no chart, no growth, no forecast; that it is too early is said."""
    runtime.now = lambda: FIRST
    hook("create")
    page()
    simulator.add_mail("admin@firma.example", GB)
    runtime.now = lambda: FIRST + timedelta(hours=2)
    text = words(page())

    assert page().find_class("puqz-columns") == []
    assert "There are not enough measurements yet" in text
    assert "grew since" not in text
    assert "holds, the space" not in text


def test_search_and_order_through_a_host(
    measured: Simulator, params: Params, runtime: Runtime
) -> None:
    """Handed on in ``form``; WHMCS's PHP side has its own key for that."""
    form = {"page_url": "clientarea.php?id=42&p=", "search": "FIRMA", "sort": "used"}
    plain = dispatch("plain", "client_area", {**params, "form": form}, runtime).value["html"]
    server, service = params["server"], params["service"]
    whmcs = dispatch(
        "whmcs",
        "ClientArea",
        {
            "serviceid": service["id"],
            "domain": service["domain"],
            "serverhostname": "127.0.0.1",
            "serverport": server["url"].split(":")[2].split("/")[0],
            "serverusername": server["username"],
            "serverpassword": server["password"],
            "serveraccesshash": f"ca_file={server['tls']['ca_file']}",
            "_puq": {"installation": params["installation"], "form": form, "page": "1"},
        },
        runtime,
    ).value["templateVariables"]["puqFragment"]

    for fragment in (plain, whmcs):
        drawn = html.fragment_fromstring(fragment, create_parent="body")
        (table,) = drawn.find_class("puqz-usage")
        assert [words(name) for name in table.findall("tbody//bdi")] == [
            "admin@firma.example",
            "cisza@firma.example",
            "biuro@firma.example",
            "anna@firma.example",
        ]
        assert drawn.xpath(".//nav//a/@href") == [
            "clientarea.php?id=42&p=overview",
            "clientarea.php?id=42&p=usage",
        ]


def test_only_a_page_of_ten_thousand_is_shown(hook: Hook, simulator: Simulator, page: Page) -> None:
    """Fifty rows, with the total and the warnings of them all."""
    hook("create")
    simulator.seed_accounts("firma.example", 10_000, quota=GB, used=lambda n: (n % 100) * GB // 100)
    drawn = page(page="3", form={"page_url": "x?p="})
    text = words(drawn)

    assert len(drawn.xpath(".//table[contains(@class, 'puqz-usage')]/tbody/tr")) == 50
    assert "101–150 of 10,001 · page 3 of 201" in text
    warned = words(page(page="usage", form={"page_url": "x?p="}))
    assert "900 mailboxes are filled to 90% or more:" in warned
    assert "and 895 more" in warned


def test_what_can_still_be_created_is_counted_now(
    hook: Hook, simulator: Simulator, page: Page
) -> None:
    """A promise from an hour ago fails in front of the customer who goes by it."""
    plan = {"service": {"plan": {"mailboxes": 3}}}
    hook("create", **plan)
    simulator.add_mail("admin@firma.example", MB)
    simulator.create_account("galsync@firma.example", "Pass-1", zimbraIsSystemAccount="TRUE")
    assert "You can create 2 more." in words(page(**plan))
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    one = words(page(**plan))
    simulator.domain("firma.example").put("zimbraDomainMaxAccounts")
    for name in ("jan", "ola"):
        simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
    over = words(page(**plan))

    assert "You can create 1 more." in one
    assert "1 mailbox more than the plan grants." in over


def test_a_private_servers_mailboxes_are_counted_in_all_domains(
    hook: Hook, simulator: Simulator, page: Page
) -> None:
    """Its plan is for all of them together."""
    plan = {"service": {"model": "server", "plan": {"mailboxes": 9}}}
    hook("create", **plan)
    hook("usage", **plan)
    simulator.create_domain("druga.example")
    simulator.create_account("anna@druga.example", "Some-Pass-1")

    # With Zimbra's own administrator, whose domain bears no other stamp.
    assert "You can create 6 more." in words(page(**plan))


def test_nothing_is_promised_while_zimbra_does_not_answer(
    hook: Hook, simulator: Simulator, page: Page
) -> None:
    """The last count stands with its age."""
    hook("create")
    page()
    simulator.drop_next("GetDomainRequest", times=9)
    said = words(page(page="usage"))

    assert "You can create" not in said
    assert "Mailboxes 1 of 25" in said
    assert "The figures below are the last known ones, from" in said
