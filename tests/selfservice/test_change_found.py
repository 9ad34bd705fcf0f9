"""All mailboxes that a search found are changed in the background, with a page of their own."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.units import GB

from ..conftest import Hook
from .conftest import Customer, Page

PLAN = {"mailboxes": 500, "domain_quota": 200 * GB, "mailbox_quota": 9 * GB}


@pytest.fixture
def customer(hook: Hook, simulator: Simulator) -> Customer:
    """A customer with 70 mailboxes ``team…`` of 1 GB, one of them locked, and one more."""
    assert hook("create", service={"plan": PLAN}).code == "created"
    simulator.account("admin@firma.example").put("zimbraMailQuota", str(GB))
    simulator.seed_accounts("firma.example", 70, prefix="team", quota=GB)
    simulator.account("team7@firma.example").put("zimbraAccountStatus", "locked")
    simulator.create_account("jan@firma.example", zimbraMailQuota=str(GB))
    return Customer(hook, service={"plan": PLAN})


def statuses(simulator: Simulator) -> dict[str, int]:
    """How many of the searched ones have which status."""
    found: dict[str, int] = {}
    for number in range(70):
        status = str(simulator.account(f"team{number}@firma.example").first("zimbraAccountStatus"))
        found[status] = found.get(status, 0) + 1
    return found


def asked(customer: Customer, what: str) -> Page:
    """The question, from the list."""
    listed = customer.open("mailboxes", q="team")
    assert "What to do with all 70 mailboxes found" in listed.text
    return customer.open("mailboxes_found", what=what, q="team")


def test_all_are_locked(customer: Customer, simulator: Simulator) -> None:
    """Those of other pages, too; what is locked already is said, and the outcome has a page."""
    page = asked(customer, "lock")
    assert "Lock 69 mailboxes?" in page.text
    assert "It is locked already. (1)" in page.text
    answer = customer.send(page.form("change_found"))
    progress = customer.open("change_progress", **answer.value["data"]["query"])

    assert answer.value["data"]["page"] == "change_progress"
    assert "Outcome of the change" in progress.text
    assert "Mailboxes changed69" in progress.text
    assert statuses(simulator) == {"locked": 70}
    assert simulator.account("jan@firma.example").first("zimbraAccountStatus") == "active"
    assert "Change of many mailboxes" in customer.open("activity").text
    assert customer.open("import").text.count("team") == 0


def test_one_limit_for_all(customer: Customer, simulator: Simulator) -> None:
    """Too much for the plan, or for what is left to give out, begins nothing."""

    def sent(limit: str) -> dict[str, Any]:
        answer = customer.send(asked(customer, "limit").form("change_found"), limit=limit)
        return dict(answer.value)

    told = [sent(one)["data"]["errors"][0]["message"] for one in ("", "10", "4")]
    assert told == [
        "Fill in this field.",
        "Your plan allows at most 9 GB.",
        "Together these limits take 210 GB more, and 128 GB are left to give out.",
    ]
    assert sent("2")["ok"]
    quotas = {
        simulator.account(f"team{one}@firma.example").first("zimbraMailQuota") for one in range(70)
    }
    assert quotas == {str(2 * GB)}


def test_a_refused_one_stops_no_other(customer: Customer, simulator: Simulator) -> None:
    """Its row says why."""
    simulator.fail_next("ModifyAccountRequest", "service.PERM_DENIED")
    answer = customer.send(asked(customer, "lock").form("change_found"))
    page = customer.open("change_progress", **answer.value["data"]["query"])

    assert "Zimbra refused this row (service.PERM_DENIED)." in page.text
    assert statuses(simulator) == {"locked": 69, "active": 1}


def test_found_again(customer: Customer, simulator: Simulator) -> None:
    """What the search finds by then is looked at once more, and nothing is changed before."""
    form = asked(customer, "bin").form("change_found")
    simulator.create_account("team99@firma.example")
    answer = customer.send(form)

    assert answer.code == "invalid"
    assert "The search finds 71 mailboxes now" in answer.value["html"]
    assert statuses(simulator) == {"active": 69, "locked": 1}
    assert "Search the mailboxes in their list first." in customer.open("mailboxes_found").text
    assert "not there any more" in customer.open("change_progress", id="c-1").text


def test_it_goes_on_after_an_interruption(
    customer: Customer, simulator: Simulator, runtime: Runtime
) -> None:
    """At a click, where only a request of the host's can go on; each mailbox once."""
    form = asked(customer, "lock").form("change_found")
    seen = []

    def watch(name: str) -> None:
        if name == "ModifyAccountRequest":
            seen.append(name)
        if len(seen) == 30:
            simulator.drop_next("ModifyAccountRequest", times=99)

    simulator.chaos.on_command.append(watch)
    answer = customer.send(form)
    simulator.chaos.on_command.remove(watch)
    simulator.chaos.clear()
    page = customer.open("change_progress", **answer.value["data"]["query"])
    assert "The change is under way" in page.text
    again = customer.send(page.form("continue_change"))

    assert again.value["ok"], again
    assert (
        "Outcome of the change"
        in customer.open("change_progress", **answer.value["data"]["query"]).text
    )
    assert statuses(simulator) == {"locked": 70}
