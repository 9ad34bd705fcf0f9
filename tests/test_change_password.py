"""A new password: what it does to a lockout, and where Zimbra keeps none."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator

from .conftest import Hook, LogIn

ADMIN = "admin@firma.example"
NEW = "Second-Pass-2x"
FORM = {"puqz_action": "change_admin_password", "password": NEW, "password_again": NEW}


def status(simulator: Simulator) -> str:
    """The administrator's status in Zimbra."""
    return str(simulator.account(ADMIN).first("zimbraAccountStatus"))


@pytest.fixture
def locked_out(hook: Hook, simulator: Simulator, log_in: LogIn) -> Simulator:
    """The administrator mistyped his password too often."""
    hook("create")
    account = simulator.account(ADMIN)
    account.put("zimbraPasswordLockoutEnabled", "TRUE")
    account.put("zimbraPasswordLockoutMaxFailures", "1")
    log_in("wrong")
    assert status(simulator) == "lockout"
    return simulator


@pytest.mark.parametrize("event", ["change_password", "client_action"])
def test_a_new_password_ends_the_lockout(
    hook: Hook, locked_out: Simulator, log_in: LogIn, event: str
) -> None:
    """SetPassword alone leaves him out for an hour, with a password that is right."""
    told = hook(event, new_password=NEW, form=FORM).value
    again = hook(event, new_password=NEW, form=FORM).value

    assert (told["code"], again["code"]) == ("updated", "unchanged")
    assert "its lockout after wrong passwords was lifted" in told["message"]
    assert log_in(NEW)


def test_the_same_password_ends_a_later_lockout(
    hook: Hook, locked_out: Simulator, log_in: LogIn
) -> None:
    """Whoever sets it once more wants in; the open sessions stay."""
    hook("change_password", new_password=NEW)
    log_in("wrong")
    locked_out.reset_log()
    told = hook("change_password", new_password=NEW).value

    assert told["code"] == "updated"
    assert "has this password already; its lockout" in told["message"]
    assert [one.name for one in locked_out.writes()] == ["ModifyAccountRequest"]


@pytest.mark.parametrize("held", ["locked", "maintenance", "closed", "pending"])
def test_a_status_that_staff_set_stays(hook: Hook, simulator: Simulator, held: str) -> None:
    """A password opens nothing that somebody closed."""
    hook("create")
    simulator.account(ADMIN).put("zimbraAccountStatus", held)
    hook("change_password", new_password=NEW)

    assert status(simulator) == held


@pytest.mark.parametrize("mech", ["ldap", "ad", "kerberos5", "custom:sso"])
@pytest.mark.parametrize("event", ["change_password", "client_action"])
def test_passwords_of_another_directory_are_not_set_here(
    hook: Hook, simulator: Simulator, event: str, mech: str
) -> None:
    """Zimbra would store it and never look at it, while the customer waits at the door."""
    hook("create")
    simulator.domain("firma.example").put("zimbraAuthMech", mech)
    simulator.reset_log()
    told = hook(event, new_password=NEW, form=FORM).value

    assert told["code"] == "refused"
    assert "not kept in Zimbra but in another directory" in told["message"]
    assert simulator.writes() == []


@pytest.mark.parametrize(
    "attrs",
    [
        {"zimbraAuthMech": "zimbra"},
        {"zimbraAuthMech": "ldap", "zimbraAuthFallbackToLocal": "TRUE"},
    ],
    ids=["own", "fallback"],
)
def test_passwords_that_zimbra_looks_at_are_set(
    hook: Hook, simulator: Simulator, attrs: dict[str, Any]
) -> None:
    """Also where it looks at its own only after the other directory."""
    hook("create")
    for name, value in attrs.items():
        simulator.domain("firma.example").put(name, value)

    assert hook("change_password", new_password=NEW).value["code"] == "updated"
