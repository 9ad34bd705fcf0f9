"""Terminate: all of it and only that, in each mode, and nothing foreign."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Hook
from .processes import wait_for
from .zimbra_state import (
    GRACE,
    STAMP,
    add_alias,
    alias_domain,
    days_until_deletion,
    foreign_names,
    rename_domain,
    status,
)


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


def test_dynamic_lists_go_before_everything_else(hook: Hook, simulator: Simulator) -> None:
    """Zimbra makes no account any more in a domain of which such a list alone is left."""
    hook("create")
    simulator.create_list("all@firma.example", ["admin@firma.example"])
    simulator.create_list("everybody@firma.example", dynamic=True)
    simulator.create_resource("room@firma.example")
    first = simulator.list("everybody@firma.example").id
    hook("terminate")
    deleted = [call for call in simulator.writes() if call.name.startswith("Delete")]

    assert [call.name for call in deleted] == [
        "DeleteDistributionListRequest",
        "DeleteDistributionListRequest",
        "DeleteCalendarResourceRequest",
        "DeleteAccountRequest",
        "DeleteDomainRequest",
    ]
    assert deleted[0].element.get("id") == first


@pytest.mark.parametrize("mode", ["locked", "maintenance", "closed"])
def test_terminate_of_a_suspended_service_works(
    hook: Hook, simulator: Simulator, mode: str
) -> None:
    """The common path: unpaid, suspended, terminated."""
    hook("create")
    hook("suspend", service={"plan": {"suspend_mode": mode}})

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


@pytest.mark.parametrize(
    "marks",
    [
        ["puq_zimbra:crm.example:99"],
        ["puq_zimbra:crm.example:42", "puq_zimbra:other.example:1"],
        ["puq_zimbra.purge:soon", "puq_zimbra.was:nonsense", "puq_zimbra:"],
    ],
)
def test_a_customers_mark_does_not_keep_his_service_from_ending(
    hook: Hook, simulator: Simulator, marks: list[str]
) -> None:
    """His own administrator can write one on each of his mailboxes."""
    hook("create")
    simulator.create_account("anna@firma.example", "Some-Pass-1", zimbraForeignPrincipal=marks)

    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


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


@pytest.mark.parametrize(
    ("ending", "days"),
    [
        (None, 14),
        ({"mode": None, "grace_days": 3}, 3),
        ({"mode": "grace"}, 14),
        ({"mode": "grace", "grace_days": 0}, 0),
    ],
)
def test_nothing_said_never_means_deletion_now(
    hook: Hook, simulator: Simulator, ending: dict[str, Any] | None, days: int
) -> None:
    """A cron or a click of a host that names no mode costs nobody's mail; an explicit 0 counts."""
    hook("create")
    answer = hook("terminate", service={"plan": {"terminate": ending}})

    assert answer.value["code"] == "updated"
    assert days_until_deletion(simulator) == days
    assert status(simulator) == "locked"


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
    assert foreign_names(simulator) == [
        "puq_zimbra.kept", "puq_zimbra.shut:locked", "puq_zimbra.was:active", STAMP,
    ]  # fmt: skip


@pytest.mark.parametrize("event", ["restore", "unsuspend"])
def test_a_service_that_is_kept_comes_back(hook: Hook, simulator: Simulator, event: str) -> None:
    """What was kept is kept for that; nothing of the termination stays behind."""
    hook("create")
    hook("terminate", service={"plan": {"terminate": {"mode": "keep"}}})
    first, second = hook(event), hook(event)

    assert (first.value["code"], second.value["code"]) == ("updated", "unchanged")
    assert status(simulator) == "active"
    assert foreign_names(simulator) == [STAMP]


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


@pytest.mark.parametrize("stamp", [None, STAMP])
def test_an_alias_domain_goes_with_the_domain_that_it_points_to(
    hook: Hook, simulator: Simulator, zimbra: Zimbra, stamp: str | None
) -> None:
    """It was made by hand in Zimbra: plans sell them, and no hook makes them."""
    hook("create")
    alias_domain(simulator, stamp)
    add_alias(zimbra, simulator.account("admin@firma.example").id, "info@alias.example")
    told = hook("terminate", dry_run=True).value["data"]["changes"]

    assert "alias.example" in {one["object"] for one in told}
    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("alias.example") is None
    assert hook("terminate").value["code"] == "already_gone"


def test_an_outside_mailboxs_address_in_the_alias_domain_stops_the_deletion(
    hook: Hook, simulator: Simulator, zimbra: Zimbra
) -> None:
    """Zimbra would refuse to delete the alias domain when every mailbox is already gone."""
    hook("create")
    alias_domain(simulator)
    simulator.create_account("boss@example.test", "Some-Pass-1")
    add_alias(zimbra, simulator.account("boss@example.test").id, "boss@alias.example")
    simulator.reset_log()
    answer = hook("terminate")

    assert answer.value["code"] == "conflict"
    assert "boss@alias.example" in answer.value["message"]
    assert simulator.writes() == []


def test_a_deletion_stops_at_another_services_alias_domain(
    hook: Hook, simulator: Simulator
) -> None:
    """Zimbra would silently delete it together with the domain it points to."""
    hook("create")
    alias_domain(simulator, "puq_zimbra:crm.example:99")
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


@pytest.mark.parametrize("change", ["moved", "renamed"])
def test_a_mailbox_that_left_the_domain_is_not_deleted_where_it_went(
    hook: Hook, simulator: Simulator, change: str
) -> None:
    """Staff save a mailbox from a domain that is being deleted; the list was made before."""
    hook("create")
    hook("create", service={"id": "43", "domain": "druga.example"})
    for number in range(3):
        simulator.create_account(f"user{number}@firma.example", "Some-Pass-1")
    saved = "saved@druga.example" if change == "moved" else "new@firma.example"
    simulator.delay_next("DeleteAccountRequest", 1.0)
    ended: list[str] = []
    ending = threading.Thread(target=lambda: ended.append(hook("terminate").value["code"]))
    ending.start()
    wait_for(lambda: not simulator.chaos.pending)
    simulator.state.directory.move(simulator.account("user2@firma.example"), saved)
    ending.join()

    assert ended == ["updated"]
    assert simulator.domain("firma.example") is None
    assert (simulator.account(saved) is not None) == (change == "moved")


def test_a_domain_that_is_renamed_while_it_is_listed_is_not_deleted(
    hook: Hook, simulator: Simulator
) -> None:
    """What was listed has other names by now; the person who renamed it may want to keep it."""
    hook("create")
    simulator.reset_log()
    # The first look finds it, the second is right before the first deletion.
    simulator.chaos.add(Plan("GetDomainRequest", "delay", skip=1, seconds=0.5))
    ended: list[Any] = []
    ending = threading.Thread(target=lambda: ended.append(hook("terminate").value))
    ending.start()
    wait_for(lambda: not simulator.chaos.pending)
    rename_domain(simulator, "firma.example", "nowa.example")
    ending.join()

    assert ended[0]["code"] == "conflict"
    assert "nowa.example" in ended[0]["message"]
    assert simulator.writes() == []


def test_a_domain_given_away_while_it_is_emptied_is_not_deleted(
    hook: Hook, simulator: Simulator
) -> None:
    """The stamp that the deletion began with is looked for once more at its end."""
    hook("create")
    simulator.delay_next("DeleteAccountRequest", 0.5)
    ended: list[str] = []
    ending = threading.Thread(target=lambda: ended.append(hook("terminate").value["code"]))
    ending.start()
    wait_for(lambda: not simulator.chaos.pending)
    simulator.domain("firma.example").put("zimbraForeignName", "puq_zimbra:crm.example:43")
    ending.join()

    assert ended == ["conflict"]
    assert simulator.domain("firma.example") is not None


@pytest.mark.parametrize("days", [400, -400])
@pytest.mark.parametrize("mode", ["delete", "grace"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_nothing_is_deleted_or_dated_with_a_wrong_clock(
    hook: Hook, simulator: Simulator, days: int, mode: str, dry_run: bool
) -> None:
    """Zimbra's answers carry the date: a day named by a wrong clock may be long past."""
    hook("create")
    simulator.reset_log()
    simulator.state.clock = lambda: time.time() - days * 86400
    terminate = {"mode": mode} | ({"grace_days": 90} if mode == "grace" else {})
    answer = hook("terminate", service={"plan": {"terminate": terminate}}, dry_run=dry_run)

    assert answer.value["code"] == "misconfigured"
    assert "differ by 400 days and 0 minutes" in answer.value["message"]
    assert simulator.writes() == []


def test_clocks_that_differ_by_minutes_stop_nothing(hook: Hook, simulator: Simulator) -> None:
    """Five minutes are what Zimbra's own tokens and our signatures allow, too."""
    hook("create")
    simulator.state.clock = lambda: time.time() - 280

    assert hook("terminate").value["code"] == "updated"


def broken(times: int, others: int) -> Plan:
    """The first mailbox fails to go, the others go, and then it fails again."""
    fault = {"name": "DeleteAccountRequest", "kind": "fault", "code": "service.FAILURE"}
    more = Plan(**fault, text="the mailbox is broken", skip=others, times=times - 1)  # type: ignore[arg-type]
    return Plan(**fault, text="the mailbox is broken", then=more)  # type: ignore[arg-type]


def test_a_mailbox_that_cannot_be_deleted_is_named_and_the_rest_goes(
    hook: Hook, simulator: Simulator
) -> None:
    """A host that hears ``pending`` for ever never learns that a person is needed."""
    hook("create")
    for number in range(3):
        simulator.create_account(f"user{number}@firma.example", "Some-Pass-1")
    simulator.chaos.add(broken(99, others=3))
    first, second = hook("terminate"), hook("terminate")
    simulator.chaos.clear()

    assert first.value["code"] == "pending"
    assert second.value["code"] == "conflict"
    assert "admin@firma.example" in second.value["message"]
    assert "service.FAILURE: the mailbox is broken" in second.value["message"]
    assert simulator.account("user2@firma.example") is None
    assert simulator.account("admin@firma.example") is not None
    assert hook("terminate").value["code"] == "updated"
    assert simulator.domain("firma.example") is None


def test_the_failures_are_counted_beyond_the_process(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """Each try may be another process, the host's or cron's."""
    hook("create")
    simulator.fail_next("DeleteAccountRequest", "service.FAILURE", times=2)
    pending = hook("terminate").value["code"]
    simulator.fail_next("DeleteAccountRequest", "service.FAILURE", "it is broken", times=9)
    worked = CliRunner().invoke(cli, ["--config", settings, "work"])

    assert pending == "pending"
    assert (worked.exit_code, "conflict" in worked.output) == (0, True)
    assert "admin@firma.example" in worked.output


def test_a_zimbra_that_fails_at_everything_is_not_asked_for_each_mailbox(
    hook: Hook, simulator: Simulator
) -> None:
    """Its directory may be down: that is no word on any mailbox."""
    hook("create")
    for number in range(20):
        simulator.create_account(f"user{number}@firma.example", "Some-Pass-1")
    simulator.fail_next("DeleteAccountRequest", "service.FAILURE", times=99)
    answer = hook("terminate")

    assert answer.value["code"] == "pending"
    assert len(simulator.calls("DeleteAccountRequest")) == 20  # ten, and ten at the second look


def test_a_domain_that_cannot_be_deleted_is_named(hook: Hook, simulator: Simulator) -> None:
    """Zimbra answers the same every time over an alias domain that holds something."""
    hook("create")
    simulator.fail_next("DeleteDomainRequest", "service.FAILURE", "alias domain", times=99)
    first, second = hook("terminate"), hook("terminate")

    assert (first.value["code"], second.value["code"]) == ("pending", "conflict")
    assert "firma.example" in second.value["message"]
    assert "service.FAILURE" in second.value["message"]
