"""Terminate: all of it and only that, in each mode, and nothing foreign."""

from __future__ import annotations

import pytest

from puq_zimbra.simulator import Simulator
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .zimbra_state import GRACE, STAMP, add_alias, foreign_names, status


def test_terminate_deletes_all_of_it_and_only_that(hook: Hook, simulator: Simulator) -> None:
    """Mailboxes, lists and the domain go; a neighbour stays."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1")
    simulator.create_list("all@firma.example", ["anna@firma.example"])
    simulator.create_domain("other.example")
    first = hook("terminate")
    second = hook("terminate")

    assert (first.value["code"], first.exit_status) == ("updated", 0)
    assert (second.value["code"], second.exit_status) == ("already_gone", 0)
    assert simulator.domain("firma.example") is None
    assert simulator.domain("other.example") is not None


@pytest.mark.parametrize("mode", ["locked", "maintenance", "closed"])
def test_terminate_of_a_suspended_service_works(
    hook: Hook, simulator: Simulator, mode: str
) -> None:
    """The common path: unpaid, suspended, terminated."""
    hook("create")
    hook("suspend", service={"plan": {"suspend_mode": mode}})

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


def test_terminate_stops_before_anything_foreign(hook: Hook, simulator: Simulator) -> None:
    """A mailbox sold as another service inside the domain must not go with it."""
    hook("create")
    simulator.create_account(
        "sold@firma.example", "Some-Pass-1", zimbraForeignPrincipal="puq_zimbra:crm.example:99"
    )
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "sold@firma.example" in answer.value["message"]
    assert simulator.writes() == []


def test_terminate_with_grace_locks_and_can_be_called_off(hook: Hook, simulator: Simulator) -> None:
    """Nothing is deleted before the day that the customer was told."""
    hook("create")
    plan = {"plan": {"terminate": {"mode": "grace", "grace_days": 14}}}
    first, second = hook("terminate", service=plan), hook("terminate", service=plan)
    refused = hook("unsuspend", service=plan)
    renewed = hook("renew", service=plan)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert first.value["data"] == second.value["data"]
    assert refused.value["code"] == "refused"
    assert renewed.value["code"] == "updated"
    assert status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]


def test_terminate_keep_deletes_nothing(hook: Hook, simulator: Simulator) -> None:
    """The provider may want the mail kept."""
    hook("create")
    plan = {"plan": {"terminate": {"mode": "keep"}}}

    assert hook("terminate", service=plan).value["code"] == "updated"
    assert hook("terminate", service=plan).value["code"] == "unchanged"
    assert status(simulator) == "locked"


def test_a_service_that_is_kept_after_all_is_not_deleted_later(
    hook: Hook, simulator: Simulator
) -> None:
    """The day of the deletion must not stay behind when the plan now says keep."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    kept = {"plan": {"terminate": {"mode": "keep"}}}
    first, second = hook("terminate", service=kept), hook("terminate", service=kept)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert foreign_names(simulator) == sorted([STAMP, "puq_zimbra.was:active"])


def test_restore_calls_off_a_deletion_and_nothing_else(hook: Hook, simulator: Simulator) -> None:
    """A service that is merely unpaid is not opened by it."""
    hook("create")
    hook("suspend")
    suspended = hook("restore")
    hook("terminate", service={"plan": GRACE})
    first, second = hook("restore"), hook("restore")

    assert suspended.value["code"] == "unchanged"
    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert status(simulator) == "active"


def test_a_deletion_stops_at_a_foreign_alias_domain(hook: Hook, simulator: Simulator) -> None:
    """Zimbra would silently delete it together with the domain it points to."""
    hook("create")
    simulator.create_domain(
        "alias.example",
        zimbraDomainType="alias",
        zimbraDomainAliasTargetId=simulator.domain("firma.example").id,
    )
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "alias.example" in answer.value["message"]
    assert simulator.writes() == []


def test_a_deletion_never_takes_a_global_administrator(hook: Hook, simulator: Simulator) -> None:
    """Staff may have an account in a customer's domain."""
    hook("create")
    simulator.create_account("staff@firma.example", "Pass-1", zimbraIsAdminAccount="TRUE")
    simulator.reset_log()

    assert hook("terminate").value["code"] == "conflict"
    assert simulator.writes() == []


def test_a_deletion_stops_at_an_alias_of_an_outside_mailbox(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Zimbra would refuse to delete the domain when every mailbox is already gone."""
    hook("create")
    simulator.create_account("boss@example.test", "Some-Pass-1")
    add_alias(zimbra, simulator.account("boss@example.test").id, "kontakt@firma.example")
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "kontakt@firma.example" in answer.value["message"]
    assert simulator.writes() == []


def test_own_aliases_go_with_their_mailbox(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """They are nothing to stop at."""
    hook("create")
    add_alias(zimbra, simulator.account("admin@firma.example").id, "info@firma.example")

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


@pytest.mark.parametrize("event", ["create", "unsuspend", "renew", "restore"])
def test_a_half_deleted_service_is_not_called_fine(
    hook: Hook, simulator: Simulator, event: str
) -> None:
    """Its mailboxes are gone: only finishing the deletion is left."""
    hook("create")
    simulator.fail_next("DeleteDomainRequest", "service.PERM_DENIED")
    first = hook("terminate")
    simulator.reset_log()
    answer = hook(event)

    assert first.value["code"] == "misconfigured"
    assert answer.value["code"] == "refused"
    assert simulator.writes() == []
    assert hook("terminate").value["code"] == "updated"


def test_a_domain_that_staff_suspended_can_be_terminated_through_an_outage(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra refuses changes to accounts of a suspended domain, also the second time."""
    hook("create")
    simulator.domain("firma.example").attrs["zimbraDomainStatus"] = ["suspended"]
    simulator.drop_next("DeleteAccountRequest", applied=True)

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None
