"""A service's life on Carbonio: every fault is HTTP 422 there (`SoapServlet.java`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.maildrop import Share

from ..conftest import Command, Hook

EVENTS = (
    "create", "create", "suspend", "suspend", "unsuspend", "unsuspend", "renew",
    "change_package", "change_password", "change_password", "usage", "sso_service",
    "client_area", "terminate", "terminate",
)  # fmt: skip
CODES = [
    "created", "already_exists", "updated", "unchanged", "updated", "unchanged", "unchanged",
    "unchanged", "updated", "unchanged", "unchanged", "unchanged",
    "unchanged", "updated", "already_gone",
]  # fmt: skip


@pytest.mark.parametrize("model", ["domain", "mailbox"])
def test_a_service_lives_as_on_zimbra(
    hook: Hook, mailbox: Hook, simulator: Simulator, model: str
) -> None:
    """What does not exist yet is told by a fault, and so by HTTP 422."""
    call = {"domain": hook, "mailbox": mailbox}[model]
    codes = [call(event, new_password="Second-Pass-2").value["code"] for event in EVENTS]

    assert codes == CODES
    assert simulator.domain("firma.example") is None
    assert simulator.account("anna@poczta.example") is None


def test_a_server_lives_as_on_zimbra(server: Hook) -> None:
    """All domains of a private Carbonio."""
    events = ("create", "create", "suspend", "unsuspend", "change_package", "usage", "terminate")
    codes = [server(event).value["code"] for event in events]

    assert codes == [
        "created", "already_exists", "updated", "updated", "unchanged", "unchanged", "updated",
    ]  # fmt: skip


def test_what_is_there_is_adopted(hook: Hook, simulator: Simulator) -> None:
    """A provider who moves to the module has customers already."""
    simulator.create_domain("firma.example")
    simulator.create_account("admin@firma.example", "First-Pass-1")

    assert hook("create").value["code"] == "not_ours"
    assert hook("adopt").value["ok"]
    assert hook("create").value["code"] == "already_exists"


def test_drift_is_found_and_mended(hook: Hook, simulator: Simulator) -> None:
    """What staff changed in the console comes back."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainMaxAccounts"] = ["99"]
    found = hook("drift").value["data"]
    mended = hook("repair").value

    assert "limits" in str(found)
    assert mended["ok"]
    assert simulator.domain("firma.example").attrs["zimbraDomainMaxAccounts"] == ["25"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "password"),
        ({"username": "nobody@example.test"}, "password"),
        ({"username": "user@example.test", "password": "Some-Pass-1"}, "administrator"),
        ({"username": "user@example.test", "password": "wrong"}, "administrator"),
    ],
)
def test_a_refused_log_in_is_misconfigured(
    hook: Hook, simulator: Simulator, change: dict[str, Any], words: str
) -> None:
    """The provider mends it; waiting does not."""
    simulator.create_account("user@example.test", "Some-Pass-1")
    answer = hook("test_connection", service=None, server=change).value

    assert answer["code"] == "misconfigured"
    assert words in answer["message"]


@pytest.mark.parametrize("status", ["maintenance", "locked", "closed"])
def test_an_administrator_who_may_not_log_in_is_misconfigured(
    hook: Hook, simulator: Simulator, status: str
) -> None:
    """account.MAINTENANCE_MODE there, and AUTH_FAILED."""
    simulator.create_account(
        "boss@example.test", "Some-Pass-1", zimbraIsAdminAccount=True, zimbraAccountStatus=status
    )
    login = {"username": "boss@example.test", "password": "Some-Pass-1"}

    assert hook("test_connection", service=None, server=login).value["code"] == "misconfigured"


def test_the_version_is_named(hook: Hook, command: Command) -> None:
    """The package's: 4.23, which is newer than the older 23.x."""
    assert hook("test_connection", service=None).value["data"]["version"].startswith("4.23.1")


SHARE = Share("10", "all", "00000000-0000-0000-0000-000000000000", "", "r")


@pytest.mark.parametrize("model", ["domain", "mailbox", "server"])
@pytest.mark.parametrize("suspended", [False, True])
def test_what_shares_a_folder_with_everybody_is_deleted(
    request: pytest.FixtureRequest, simulator: Simulator, model: str, suspended: bool
) -> None:
    """Carbonio cannot, and any customer can make such a share: it is ended first."""
    call = request.getfixturevalue("hook" if model == "domain" else model)
    service = {"plan": {"terminate": {"mode": "delete"}}}
    call("create", service=service)
    if model != "mailbox":
        simulator.create_account("anna@firma.example", "Some-Pass-1")
    address = "anna@poczta.example" if model == "mailbox" else "anna@firma.example"
    simulator.state.mailbox(simulator.account(address)).shares = [
        SHARE, replace(SHARE, folder="2"), replace(SHARE, kind="pub", grantee="x"),
    ]  # fmt: skip
    if suspended:
        call("suspend", service=service)
    answer = call("terminate", service=service).value

    assert answer["code"] == "updated"
    assert simulator.account(address) is None
    assert len(simulator.calls("FolderActionRequest")) == 2


def test_what_cannot_be_unshared_is_named_and_shut(hook: Hook, simulator: Simulator) -> None:
    """An administrator ends the share himself; until then nobody is let in."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    anna = simulator.account("anna@firma.example")
    simulator.state.mailbox(anna).shares = [SHARE]
    simulator.fail_next("FolderActionRequest", "service.PERM_DENIED", times=99)
    answers = [hook("terminate").value for _ in range(3)]

    assert [one["code"] for one in answers][-1] == "conflict"
    assert "anna@firma.example" in answers[-1]["message"]
    assert anna.attrs["zimbraAccountStatus"] != ["active"]
    assert simulator.account("admin@firma.example") is None


@pytest.mark.parametrize("applied", [True, False])
def test_an_unanswered_unsharing_is_gone_on_with(
    hook: Hook, simulator: Simulator, applied: bool
) -> None:
    """The connection broke off on the way."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.state.mailbox(simulator.account("anna@firma.example")).shares = [SHARE]
    simulator.drop_next("FolderActionRequest", applied=applied)
    first = hook("terminate").value
    last = first if first["code"] == "updated" else hook("terminate").value

    assert last["code"] == "updated"
    assert simulator.domain("firma.example") is None


def test_other_failures_are_not_taken_for_a_share(hook: Hook, simulator: Simulator) -> None:
    """Nobody's account is opened for them."""
    hook("create")
    simulator.fail_next("DeleteAccountRequest", "service.FAILURE", "it is broken", times=99)
    hook("terminate")

    assert simulator.calls("GetShareInfoRequest") == []
    assert simulator.calls("DelegateAuthRequest") == []
