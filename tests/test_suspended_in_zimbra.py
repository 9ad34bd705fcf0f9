"""A domain that staff set to ``suspended``: Zimbra refuses all that is about its mailboxes.

It says so with the code of a right that is missing, so a provider would look for rights.
"""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Command, Hook
from .models.conftest import MAILBOX, laid_over
from .zimbra_state import GRACE, STAMP, foreign_names, status


def suspend_in_zimbra(simulator: Simulator, domain: str = "firma.example") -> None:
    """Set the domain's status as `zmprov md DOMAIN zimbraDomainStatus suspended` does."""
    simulator.domain(domain).attrs["zimbraDomainStatus"] = ["suspended"]
    simulator.reset_log()


@pytest.mark.parametrize(
    ("event", "code"),
    [("change_password", "conflict"), ("sso_service", "refused"), ("change_package", "conflict"),
     ("create", "already_exists"), ("unsuspend", "unchanged")],
)  # fmt: skip
def test_it_is_said_and_not_taken_for_a_missing_right(
    hook: Hook, simulator: Simulator, event: str, code: str
) -> None:
    """And nothing is written."""
    hook("create")
    suspend_in_zimbra(simulator)
    answer = hook(event, new_password="Second-Pass-2", service={"plan": {"mailbox_quota": None}})

    assert answer.value["code"] == code
    assert "suspended" in answer.value["message"]
    assert "right" not in answer.value["message"]


def test_drift_names_it(hook: Hook, simulator: Simulator) -> None:
    """An item that a person mends; the rest is looked at afterwards."""
    hook("create")
    suspend_in_zimbra(simulator)
    answer = hook("drift").value

    assert answer["data"]["changes"] == [
        {
            "item": "status",
            "object": "firma.example",
            "wanted": {"zimbraDomainStatus": "active"},
            "held": {"zimbraDomainStatus": "suspended"},
            "mended_by": "person",
        }
    ]


@pytest.mark.parametrize("rooms", [False, True])
def test_figures_are_read_or_it_is_said(
    hook: Hook, simulator: Simulator, command: Command, rooms: bool
) -> None:
    """Storage Zimbra still tells; a room's mailbox it does not open."""
    hook("create")
    simulator.add_mail("admin@firma.example", 3 * 2**20)
    if rooms:
        simulator.create_resource("room@firma.example")
    hook("create", service={"id": "43", "domain": "druga.example"})
    suspend_in_zimbra(simulator)
    one, page = hook("usage").value, hook("client_area").value
    synced = command("usage", "sync")

    assert one["ok"] or "suspended" in one["message"]
    assert "right" not in one["message"] + synced.stdout + synced.stderr
    assert page["ok"]
    assert "Locked by an administrator" in page["html"]
    assert hook("usage", service={"id": "43", "domain": "druga.example"}).value["ok"]


@pytest.mark.parametrize("event", ["suspend", "change_password", "sso_service", "unsuspend"])
def test_a_mailbox_in_such_a_domain_says_it_too(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Not even its stamp can be read there."""
    simulator.create_domain("poczta.example")
    mailbox = laid_over(hook, MAILBOX)
    mailbox("create")
    suspend_in_zimbra(simulator, "poczta.example")
    answer = mailbox(event, new_password="Second-Pass-2").value

    assert answer["code"] == "conflict"
    assert "The domain is suspended in Zimbra" in answer["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize(("event", "plan"), [("suspend", {}), ("terminate", GRACE)])
def test_the_hosts_suspension_lies_beside_it(
    hook: Hook, simulator: Simulator, event: str, plan: dict[str, Any]
) -> None:
    """Noted, so that the service stays shut for the host when staff open it; no session to end."""
    hook("create")
    suspend_in_zimbra(simulator)
    first, second = hook(event, service={"plan": plan}), hook(event, service={"plan": plan})
    ended = hook("unsuspend" if event == "suspend" else "restore").value

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert status(simulator) == "suspended"
    assert foreign_names(simulator) == [STAMP]
    assert "(firma.example: suspended)" in ended["message"]


def test_what_staff_lifted_is_not_set_again(hook: Hook, simulator: Simulator) -> None:
    """It would shut out the provider's own administrators: we never set it."""
    hook("create")
    suspend_in_zimbra(simulator)
    hook("suspend")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["active"]
    again = hook("suspend").value["code"]
    during = status(simulator)
    hook("unsuspend")

    assert (again, during, status(simulator)) == ("updated", "locked", "active")


def test_sessions_end_once_staff_lift_it(hook: Hook, simulator: Simulator) -> None:
    """Suspended in Zimbra while the host's suspension was at it: the next one finishes it."""
    hook("create")
    simulator.fail_next("ModifyAccountRequest", "service.PERM_DENIED")
    hook("suspend")
    suspend_in_zimbra(simulator)
    while_theirs = hook("suspend").value["code"]
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["locked"]
    after, again = hook("suspend").value["code"], hook("suspend").value["code"]

    assert (while_theirs, after, again) == ("unchanged", "updated", "unchanged")
    value = simulator.account("admin@firma.example").attrs["zimbraAuthTokenValidityValue"]
    assert value == ["0"]


def test_termination_is_not_hindered(hook: Hook, simulator: Simulator) -> None:
    """The domain is closed first, under which its mailboxes can go."""
    hook("create")
    suspend_in_zimbra(simulator)
    answer = hook("terminate", service={"plan": {"terminate": {"mode": "delete"}}})

    assert answer.value["code"] == "updated"
    assert simulator.domain("firma.example") is None
