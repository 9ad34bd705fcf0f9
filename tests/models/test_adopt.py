"""Adopt, plan, drift and repair of the models ``mailbox`` and ``server``."""

from __future__ import annotations

from typing import Any

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from ..conftest import Hook
from ..zimbra_state import STAMP, add_alias, foreign_names

ADDRESS = "anna@poczta.example"
WORD = f"puq_zimbra.server:{200 * 2**30}"
SOLD = "puq_zimbra.sold:mailboxes=25"


def items(answer: Any) -> dict[str, dict[str, Any]]:
    """The drift's items by name."""
    return {one["item"]: one for one in answer.value["data"]["changes"]}


def words(simulator: Simulator) -> list[str]:
    """What stands in the account's zimbraForeignPrincipal."""
    return sorted(simulator.account(ADDRESS).attrs.get("zimbraForeignPrincipal", []))


@pytest.fixture
def address(mailbox: Hook, simulator: Simulator) -> Hook:
    """Call an event for a mailbox that was there before the billing platform."""
    simulator.create_account(ADDRESS, "Old-Pass-1", zimbraMailQuota="7", displayName="Old")
    simulator.reset_log()
    return mailbox


def test_a_mailbox_is_adopted_by_its_stamp_alone(address: Hook, simulator: Simulator) -> None:
    """Its password, quota and name are the customer's as they were."""
    dry = address("adopt", dry_run=True)
    first, second = address("adopt"), address("adopt")
    account = simulator.account(ADDRESS)

    assert dry.value["data"]["changes"][0]["attributes"] == {"+zimbraForeignPrincipal": [STAMP]}
    assert [one["item"] for one in dry.value["data"]["drift"]] == ["limits", "cos"]
    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert words(simulator) == [STAMP]
    assert (account.attrs["zimbraMailQuota"], account.attrs["displayName"]) == (["7"], ["Old"])
    assert simulator.verify_password(ADDRESS, "Old-Pass-1")
    assert [call.name for call in simulator.writes()] == ["ModifyAccountRequest"]


def test_an_adopted_mailbox_is_repaired_and_terminated(address: Hook, simulator: Simulator) -> None:
    """From there on it is what was sold."""
    address("adopt")
    repaired, again = address("repair"), address("repair")

    assert (repaired.value["code"], again.value["code"]) == ("updated", "unchanged")
    assert simulator.account(ADDRESS).attrs["zimbraMailQuota"] == [str(2**30)]
    assert items(address("drift")) == {}
    assert address("plan").value["data"] == {"event": "change_package", "changes": []}
    assert address("terminate").value["code"] == "updated"
    assert simulator.account(ADDRESS) is None


@pytest.mark.parametrize(
    ("account", "domain", "code"),
    [
        ({"zimbraForeignPrincipal": "puq_zimbra:crm.example:9"}, {}, "not_ours"),
        ({"zimbraForeignPrincipal": "puq_zimbra.was:active"}, {}, "conflict"),
        ({"zimbraIsAdminAccount": "TRUE"}, {}, "conflict"),
        ({"zimbraIsDelegatedAdminAccount": "TRUE"}, {}, "conflict"),
        ({}, {"zimbraForeignName": "puq_zimbra:crm.example:9"}, "not_ours"),
        ({"zimbraForeignPrincipal": STAMP}, {"zimbraForeignName": "puq_zimbra:x:9"}, "not_ours"),
    ],
)
def test_a_mailbox_that_somebody_has_a_claim_on_is_not_adopted(
    address: Hook,
    simulator: Simulator,
    account: dict[str, str],
    domain: dict[str, str],
    code: str,
) -> None:
    """Nor is an administrator's: its customer would log in as him."""
    simulator.account(ADDRESS).attrs.update({key: [value] for key, value in account.items()})
    simulator.domain("poczta.example").attrs.update({k: [v] for k, v in domain.items()})

    assert address("adopt").value["code"] == code
    assert simulator.writes() == []


def test_each_change_of_a_mailbox_is_named_and_mended(mailbox: Hook, simulator: Simulator) -> None:
    """Status, quota and class of service; a stricter status is the administrator's own."""
    mailbox("create")
    mailbox("suspend")
    account = simulator.account(ADDRESS)
    account.attrs["zimbraAccountStatus"] = ["closed"]
    stricter = items(mailbox("drift"))
    account.attrs["zimbraAccountStatus"] = ["active"]
    account.attrs["zimbraMailQuota"] = ["0"]
    account.attrs["zimbraCOSId"] = [simulator.state.directory.coses["starter"].id]
    found = items(mailbox("drift"))
    repaired = mailbox("repair")

    assert stricter == {}
    assert list(found) == ["status", "limits", "cos"]
    assert found["limits"]["held"] == {"zimbraMailQuota": "0"}
    assert found["cos"]["held"] == {"cos": "starter"}
    assert repaired.value["code"] == "updated"
    assert account.attrs["zimbraAccountStatus"] == ["locked"]
    assert items(mailbox("drift")) == {}


def test_a_renamed_mailbox_is_told_from_a_missing_one(
    mailbox: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Zimbra leaves the old address behind as an alias."""
    missing = items(mailbox("drift"))
    other = {"mailbox": {"address": "biuro@poczta.example"}}
    mailbox("create", other)
    add_alias(zimbra, simulator.account("biuro@poczta.example").id, ADDRESS)
    renamed = items(mailbox("drift"))

    assert missing["missing"]["mended_by"] == "create"
    assert renamed["renamed"]["held"] == {"name": ["biuro@poczta.example"]}
    assert mailbox("repair").value["code"] == "conflict"


@pytest.mark.parametrize("event", ["plan", "drift", "repair"])
def test_a_mailbox_of_others_is_not_touched(
    mailbox: Hook, simulator: Simulator, event: str
) -> None:
    """By an unmarked account of that address, or by a mark in another service's domain."""
    simulator.create_account(ADDRESS, "Some-Pass-1")
    unmarked = mailbox(event)
    simulator.account(ADDRESS).attrs["zimbraForeignPrincipal"] = [STAMP]
    simulator.domain("poczta.example").attrs["zimbraForeignName"] = ["puq_zimbra:x:9"]
    forged = mailbox(event)

    assert unmarked.value["code"] == forged.value["code"] == "not_ours"
    assert simulator.writes() == []


def test_a_private_server_is_adopted_with_its_word(server: Hook, simulator: Simulator) -> None:
    """From then on every domain on it is the service's."""
    simulator.create_domain("firma.example")
    simulator.create_domain("druga.example")
    simulator.reset_log()
    dry, first, second = server("adopt", dry_run=True), server("adopt"), server("adopt")
    suspended = server("suspend")

    assert dry.value["data"]["holds"]["accounts"] == 0
    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert suspended.value["code"] == "updated"
    words = ["puq_zimbra.shut:locked", "puq_zimbra.was:active"]
    assert foreign_names(simulator) == sorted([STAMP, WORD, SOLD, *words])
    assert foreign_names(simulator, "druga.example") == words


def test_a_shared_zimbra_is_not_adopted_as_a_server(
    hook: Hook, server: Hook, simulator: Simulator
) -> None:
    """Suspending it would lock other customers."""
    hook("create", service={"id": "43", "domain": "sold.example"})
    simulator.create_domain("firma.example")
    simulator.reset_log()

    assert server("adopt").value["code"] == "conflict"
    assert simulator.writes() == []


def test_nothing_is_adopted_out_of_a_private_server(
    server: Hook, hook: Hook, mailbox: Hook, simulator: Simulator
) -> None:
    """What bears no stamp there is that service's all the same."""
    server("create", take_existing=True)
    simulator.create_domain("druga.example")
    simulator.create_account(ADDRESS, "Some-Pass-1")
    simulator.reset_log()
    domain = hook("adopt", service={"id": "43", "domain": "druga.example"})
    address = mailbox("adopt", {"id": "44"})

    assert domain.value["code"] == address.value["code"] == "not_ours"
    assert simulator.writes() == []


def test_a_service_adopted_as_another_model_is_a_conflict(
    hook: Hook, server: Hook, simulator: Simulator
) -> None:
    """And drift says which model it is."""
    hook("create")
    simulator.reset_log()

    assert server("adopt").value["code"] == "conflict"
    assert items(server("drift"))["other-model"]["held"] == {"model": "domain"}
    assert server("repair").value["code"] == "conflict"
    assert simulator.writes() == []


def test_what_is_open_on_a_suspended_server_is_shut(server: Hook, simulator: Simulator) -> None:
    """The customer's administrator made a domain meanwhile; what staff had closed stays so."""
    server("create")
    simulator.create_domain("shut.example", zimbraDomainStatus="closed")
    server("suspend")
    simulator.create_domain("nowa.example")
    found = server("drift").value["data"]["changes"]
    repaired = server("repair")

    assert [(one["item"], one["object"]) for one in found] == [("status", "nowa.example")]
    assert repaired.value["code"] == "updated"
    assert simulator.domain("nowa.example").attrs["zimbraDomainStatus"] == ["locked"]
    assert foreign_names(simulator, "shut.example") == []
    assert items(server("drift")) == {}
    server("unsuspend")
    assert simulator.domain("nowa.example").attrs["zimbraDomainStatus"] == ["active"]


def test_what_stayed_shut_on_an_active_server_is_opened(server: Hook, simulator: Simulator) -> None:
    """Restored from a backup, say: its own word tells what it was."""
    server("create")
    simulator.create_domain(
        "druga.example", zimbraDomainStatus="locked", zimbraForeignName="puq_zimbra.was:active"
    )
    found = items(server("drift"))
    repaired = server("repair")

    assert found["status"]["wanted"] == {"zimbraDomainStatus": "active"}
    assert repaired.value["code"] == "updated"
    assert simulator.domain("druga.example").attrs["zimbraDomainStatus"] == ["active"]
    assert foreign_names(simulator, "druga.example") == []


def test_the_bytes_contracted_are_part_of_the_limits(server: Hook, simulator: Simulator) -> None:
    """They stand beside the stamp."""
    server("create")
    bigger = {"disk": 300 * 2**30}
    found = items(server("drift", bigger))
    server("repair", bigger)

    assert found["limits"]["wanted"] == {"zimbraForeignName": [f"puq_zimbra.server:{300 * 2**30}"]}
    assert found["limits"]["held"] == {"zimbraForeignName": [WORD]}
    assert items(server("drift", bigger)) == {}
