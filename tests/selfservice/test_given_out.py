"""What is left to give out is so now, not as it was when storage was read last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.units import GB

from ..conftest import Hook
from .conftest import Customer

PLAN = {"domain_quota": 100 * GB, "mailbox_quota": 60 * GB}


@pytest.fixture
def customer(hook: Hook, simulator: Simulator) -> Customer:
    """A domain of 100 GB with ten mailboxes of 5 GB, made long ago and read just now."""
    assert hook("create", service={"plan": PLAN}).code == "created"
    simulator.state.clock = lambda: time.time() - 3600
    account(simulator, "admin").put("zimbraMailQuota", str(5 * GB))
    account(simulator, "admin").modified = simulator.state.timestamp()
    simulator.seed_accounts("firma.example", 9, quota=5 * GB, used=lambda one: one * 2**20)
    for one in simulator.state.directory.coses.values():
        one.put("zimbraCreateTimestamp", simulator.state.timestamp())
    simulator.state.clock = time.time
    assert hook("usage", service={"plan": PLAN}).value["ok"]
    return Customer(hook, service={"plan": PLAN})


def account(simulator: Simulator, name: str) -> Any:
    """A mailbox of the domain."""
    found = simulator.account(f"{name}@firma.example")
    assert found is not None
    return found


def in_zimbra(customer: Customer, simulator: Simulator, name: str, **attributes: str) -> None:
    """Change a mailbox as its administrator does it, in Zimbra's own panel."""
    account(simulator, name).attrs.update({key: [one] for key, one in attributes.items()})
    account(simulator, name).modified = simulator.state.timestamp()


def made_by_form(customer: Customer, simulator: Simulator) -> None:
    """Two mailboxes of 3 GB one after the other: the second form has a smaller rest."""
    for name in ("anna", "jan"):
        answer = customer.does("create_mailbox", "mailbox_new", {}, name=name, limit="3")
        assert answer.code == "created", answer


def edited(customer: Customer, simulator: Simulator) -> None:
    """A limit raised by the form."""
    identity = account(simulator, "user3").id
    answer = customer.does("edit_mailbox", "mailbox", {"id": identity}, limit="7")
    assert answer.code == "updated", answer


def raised(customer: Customer, simulator: Simulator) -> None:
    """A limit raised in Zimbra's own panel."""
    in_zimbra(customer, simulator, "user3", zimbraMailQuota=str(9 * GB))


def deleted(_: Customer, simulator: Simulator) -> None:
    """A mailbox that is not there any more, and one that has come in its place."""
    simulator.state.directory.remove(account(simulator, "user4"))
    simulator.create_account("ewa@firma.example", zimbraMailQuota=str(4 * GB))


def of_class(customer: Customer, simulator: Simulator) -> None:
    """One gets the limit of its class, which was changed since."""
    cos = simulator.state.directory.coses["business"]
    cos.put("zimbraMailQuota", str(6 * GB))
    cos.modified = simulator.state.timestamp()
    in_zimbra(customer, simulator, "user3", zimbraMailQuota="0", zimbraCOSId=cos.id)
    account(simulator, "user3").put("zimbraMailQuota")


@pytest.mark.parametrize(
    ("what", "left"),
    [(made_by_form, 44), (edited, 48), (raised, 46), (deleted, 51), (of_class, 49)],
)
def test_left_now(
    customer: Customer, simulator: Simulator, what: Callable[[Customer, Simulator], None], left: int
) -> None:
    """On the pages and in the refusal, and each page asks Zimbra three times at the most."""
    assert "50 GB are left to give out" in customer.open("mailboxes").text
    what(customer, simulator)
    pages: list[tuple[str, dict[str, str], str]] = [
        ("mailboxes", {}, f"{left} GB are left to give out"),
        ("mailbox_new", {}, f"At most {left} GB: that much is left"),
        ("mailbox", {"id": account(simulator, "user2").id}, f"{left + 5} GB"),
    ]
    for page, query, text in pages:
        simulator.traffic.arrivals.clear()
        assert text in customer.open(page, **query).text, page
        assert len(simulator.traffic.arrivals) <= 3, page
    answer = customer.does("create_mailbox", "mailbox_new", {}, name="x", limit=f"{left + 1}")
    assert f"{left} GB are left to give out" in answer.value["data"]["errors"][0]["message"]


def test_many_written_since(customer: Customer, simulator: Simulator) -> None:
    """An import in Zimbra's own panel: all limits are listed, and nothing is shown as unknown."""
    simulator.seed_accounts("firma.example", 600, prefix="new", quota=2**24)
    simulator.traffic.arrivals.clear()
    page = customer.open("mailboxes", sort="-last_login")

    assert "40.62 GB are left to give out" in page.text
    assert "no data" not in page.text
    assert len(simulator.traffic.arrivals) == 3


def test_rows_are_of_now(customer: Customer, simulator: Simulator) -> None:
    """Used space and limit of mailboxes made, filled or changed since; an unused one is left."""
    made_by_form(customer, simulator)
    simulator.add_mail("anna@firma.example", 2**30)
    simulator.add_mail("user5@firma.example", 2 * 2**30)
    in_zimbra(customer, simulator, "user6", zimbraMailQuota=str(12 * GB))
    simulator.reset_log()
    page = customer.open("mailboxes")
    asked = [one.element[0].get("id") for one in simulator.calls("GetMailboxRequest")]
    told = {
        row.xpath("string(th/a)").split("@")[0].strip(): " ".join(row.text_content().split())
        for row in page.tree.xpath("//tbody/tr")
    }

    assert "1 GB of 3 GB" in told["anna"]
    assert "2 GB of 5 GB" in told["user5"]
    assert "of 12 GB" in told["user6"]
    assert "no data" not in page.text
    # Zimbra makes a mailbox when it is asked for: one that nobody has used yet is not asked for.
    assert account(simulator, "user0").id not in asked
    box = customer.open("mailbox", id=account(simulator, "anna").id)
    assert "1 GB of 3 GB" in box.text


def test_nothing_is_known(hook: Hook, simulator: Simulator) -> None:
    """Neither a reading nor a listing of storage: no number is said, least of all the whole."""
    assert hook("create", service={"plan": PLAN}).code == "created"
    simulator.state.clock = lambda: time.time() - 3600
    simulator.seed_accounts("firma.example", 3, quota=GB)
    simulator.state.clock = time.time
    simulator.fail_next("GetQuotaUsageRequest", "service.PERM_DENIED", times=9)
    page = Customer(hook, service={"plan": PLAN}).open("mailboxes")
    assert "left to give out" not in page.text


def test_what_zimbra_does_not_say(customer: Customer, simulator: Simulator) -> None:
    """An administrator who may see no sizes: the last reading is shown, with its time."""
    simulator.fail_next("GetMailboxRequest", "service.PERM_DENIED", times=99)
    page = customer.open("mailboxes")

    assert "<0.01 GB of 5 GB" in page.text
    simulator.create_account("ewa@firma.example", zimbraMailQuota=str(GB))
    simulator.fail_next("GetMailboxRequest", "service.PERM_DENIED", times=99)
    assert "no data" in customer.open("mailboxes").text
    assert "Data from" in customer.open("mailboxes").text
