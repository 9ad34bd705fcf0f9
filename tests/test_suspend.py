"""Suspend, unsuspend, restore and renew: exact, and never more open than an administrator wants."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Hook
from .zimbra_state import STAMP, foreign_names, status


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


def test_unsuspend_does_not_lift_an_administrators_lock(hook: Hook, simulator: Simulator) -> None:
    """What an administrator closed before the suspension stays closed after it."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["closed"]
    first, second = hook("suspend"), hook("suspend")
    during = status(simulator)
    hook("unsuspend")

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert during == "closed"
    assert status(simulator) == "closed"


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
