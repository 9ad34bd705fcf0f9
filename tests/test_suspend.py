"""Suspend, unsuspend, restore and renew: exact, and never more open than an administrator wants."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Hook
from .zimbra_state import GRACE, STAMP, after_the_next_write, foreign_names, status


@pytest.mark.parametrize("mode", ["locked", "maintenance", "closed"])
def test_suspend_and_unsuspend_are_exact(hook: Hook, simulator: Simulator, mode: str) -> None:
    """Mailboxes keep their own status; the domain comes back as it was."""
    hook("create")
    simulator.create_account("locked@firma.example", "Some-Pass-1", zimbraAccountStatus="locked")
    simulator.create_list("all@firma.example", ["admin@firma.example"])
    plan = {"plan": {"suspend_mode": mode}}
    suspended = hook("suspend", service=plan)
    during = status(simulator)
    again = hook("suspend", service=plan)
    back = hook("unsuspend", service=plan)

    assert (suspended.value["code"], again.value["code"]) == ("updated", "unchanged")
    assert during == mode
    assert back.value["code"] == "updated"
    assert hook("unsuspend").value["code"] == "unchanged"
    assert status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]
    assert simulator.account("locked@firma.example").attrs["zimbraAccountStatus"] == ["locked"]


def test_an_end_of_a_suspension_that_did_not_stay_is_not_called_done(
    hook: Hook, simulator: Simulator
) -> None:
    """A customer who has paid would be told that he can log in."""
    hook("create")
    hook("suspend")
    before = copy.deepcopy(simulator.domain("firma.example").attrs)
    after_the_next_write(simulator, lambda: simulator.domain("firma.example").attrs.update(before))
    answer = hook("unsuspend")

    assert answer.value["code"] == "conflict"
    assert "did not keep the end of the suspension" in answer.value["message"]
    assert hook("unsuspend").value["code"] == "updated"


def test_unsuspend_does_not_lift_an_administrators_lock(hook: Hook, simulator: Simulator) -> None:
    """What an administrator closed before the suspension stays closed after it, and is told."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    first, second = hook("suspend"), hook("suspend")
    during = status(simulator)
    ended, again = hook("unsuspend").value, hook("unsuspend").value

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert during == "closed"
    assert status(simulator) == "closed"
    assert (ended["code"], again["code"]) == ("updated", "unchanged")
    for told in (ended, again):
        assert "(firma.example: closed)" in told["message"]
        assert "is active" not in told["message"]
        assert (told["data"]["state"], told["data"]["zimbra_status"]) == ("closed", "closed")


def test_renew_of_a_healthy_service_changes_nothing(hook: Hook, simulator: Simulator) -> None:
    """Each paid invoice calls it."""
    hook("create")
    simulator.reset_log()

    assert hook("renew").value["code"] == "unchanged"
    assert hook("renew").value["code"] == "unchanged"
    assert simulator.writes() == []


def test_a_stricter_lock_set_during_a_suspension_is_not_opened(
    hook: Hook, simulator: Simulator
) -> None:
    """Staff shut a hacked domain while it is unpaid; the next cron must not open it."""
    hook("create")
    hook("suspend")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    hook("suspend")

    assert status(simulator) == "closed"


MODES = ("locked", "maintenance", "closed")


@pytest.mark.parametrize(("mode", "theirs"), [
    ("locked", "maintenance"), ("locked", "closed"), ("maintenance", "closed"),
    ("closed", "suspended"),
])  # fmt: skip
@pytest.mark.parametrize("ending", ["unsuspend", "restore", "renew"])
def test_what_staff_shut_during_a_suspension_stays_shut(
    hook: Hook, simulator: Simulator, mode: str, theirs: str, ending: str
) -> None:
    """Paying opens what was unpaid, not what is abused; whatever the plan's mode is by now."""
    hook("create")
    grace = {"terminate": GRACE["terminate"], "suspend_mode": mode}
    hook("suspend" if ending == "unsuspend" else "terminate", service={"plan": grace})
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = [theirs]
    ended = hook(ending, service={"plan": {"suspend_mode": "closed"}}).value

    assert status(simulator) == theirs
    assert foreign_names(simulator) == [STAMP]
    assert ended["code"] == "updated"
    assert ended["data"] == {"state": theirs, "zimbra_status": theirs}
    assert f"(firma.example: {theirs})" in ended["message"]


@pytest.mark.parametrize("before", ["active", "closed"])
@pytest.mark.parametrize("mode", MODES)
def test_what_staff_open_during_a_suspension_stays_open(
    hook: Hook, simulator: Simulator, mode: str, before: str
) -> None:
    """The end of a suspension shuts nothing."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = [before]
    hook("suspend", service={"plan": {"suspend_mode": mode}})
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["active"]
    ended = hook("unsuspend").value

    assert status(simulator) == "active"
    assert ended["message"] == "The service firma.example is active again."


def test_what_staff_opened_is_open_after_another_suspension(
    hook: Hook, simulator: Simulator
) -> None:
    """The status of before the first one is not wanted any more: a customer who paid gets in."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    hook("suspend")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["active"]
    again, during = hook("suspend").value["code"], status(simulator)
    ended = hook("unsuspend").value

    assert (again, during, status(simulator)) == ("updated", "locked", "active")
    assert ended["message"] == "The service firma.example is active again."
    assert foreign_names(simulator) == [STAMP]


def test_a_plan_whose_mode_becomes_stricter_is_no_block_of_staff(
    hook: Hook, simulator: Simulator
) -> None:
    """What we set later counts as ours, and goes with the suspension."""
    hook("create")
    for mode in MODES:
        hook("suspend", service={"plan": {"suspend_mode": mode}})
        assert status(simulator) == mode
    ended = hook("unsuspend", service={"plan": {"suspend_mode": "locked"}})

    assert ended.value["data"]["state"] == status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]


@pytest.mark.parametrize("held", MODES)
def test_a_suspension_of_an_earlier_version_is_ended(
    hook: Hook, simulator: Simulator, held: str
) -> None:
    """It noted the status before alone: whatever a plan's mode could have set was the host's."""
    hook("create")
    domain = simulator.domain("firma.example")
    domain.attrs["zimbraDomainStatus"] = [held]
    domain.attrs["zimbraForeignName"].append("puq_zimbra.was:active")
    again, ended = hook("suspend", service={"plan": {"suspend_mode": held}}), hook("unsuspend")

    assert (again.value["code"], ended.value["code"]) == ("unchanged", "updated")
    assert status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]


@pytest.mark.parametrize(("event", "plan", "state"), [
    ("suspend", {}, "suspended"),
    ("terminate", {"terminate": {"mode": "keep"}}, "kept"),
    ("terminate", GRACE, "ending"),
    (None, {}, "closed"),
])  # fmt: skip
def test_creating_what_is_shut_says_how_it_stands(
    hook: Hook, simulator: Simulator, event: str | None, plan: dict[str, Any], state: str
) -> None:
    """A host that believed it to be active would tell the customer so."""
    hook("create")
    if event is None:
        simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    else:
        hook(event, service={"plan": plan})
    simulator.reset_log()
    answer = hook("create").value

    assert (answer["code"], answer["data"]["state"]) == ("already_exists", state)
    assert answer["data"]["zimbra_status"] == status(simulator)
    assert ("purge_at" in answer["data"]) == (state == "ending")
    assert simulator.writes() == []
    word = {"suspended": "unsuspend it", "closed": "open it there"}.get(state, "restore it")
    assert word in answer["message"]


def test_creating_what_is_active_says_so(hook: Hook) -> None:
    """Made or there already: the host may show it as active."""
    made, there = hook("create").value, hook("create").value

    assert (made["data"]["state"], there["data"]["state"]) == ("active", "active")


def test_a_finished_creation_of_a_suspended_service_says_so(
    hook: Hook, simulator: Simulator
) -> None:
    """It is made whole, and stays shut."""
    hook("create")
    domain = simulator.domain("firma.example")
    hook("suspend")
    domain.attrs["zimbraForeignName"].append("puq_zimbra.creating")
    answer = hook("create").value

    assert (answer["code"], answer["data"]["state"]) == ("created", "suspended")
    assert status(simulator) == "locked"


def test_the_hosts_reason_is_kept_for_the_customer(hook: Hook, simulator: Simulator) -> None:
    """A later call need not repeat it; the end of the suspension forgets it."""
    hook("create")
    hook("suspend", reason="Invoice 7/2026  is overdue")
    refused, page = hook("sso_service").value, hook("client_area").value["html"]
    newer = hook("suspend", reason="Invoice 8")
    same = [hook("suspend", reason="INVOICE 8"), hook("suspend")]
    told = hook("sso_service", reason="Abuse").value["message"]
    noted = [one for one in foreign_names(simulator) if "reason" in one]
    hook("unsuspend")

    assert "(Invoice 7/2026 is overdue)" in refused["message"]
    assert "Invoice 7/2026 is overdue" in page
    assert newer.value["code"] == "updated"
    assert [one.value["code"] for one in same] == ["unchanged", "unchanged"]
    assert "(Abuse)" in told
    assert noted == ["puq_zimbra.reason:Invoice 8"]
    assert foreign_names(simulator) == [STAMP]


def test_a_reason_of_any_length_and_kind_stops_no_suspension(
    hook: Hook, simulator: Simulator
) -> None:
    """The host's text is free; the page shows it as text."""
    hook("create")
    answer = hook("suspend", reason="<b>Zażółć</b> " + "x" * 400)

    assert answer.value["code"] == "updated"
    assert max(map(len, foreign_names(simulator))) < 256
    assert "&lt;b&gt;Zażółć&lt;/b&gt; x" in hook("client_area").value["html"]
