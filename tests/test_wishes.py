"""Several wishes of one service at a time: each lasts until a later one about the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import carry_out_internal, dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from . import databases
from .conftest import NO_LIMITS, Command, Hook, Params
from .operations import operation
from .test_going_on import lose, states
from .zimbra_state import GRACE, foreign_names, status

pytestmark = pytest.mark.both_databases

BOUGHT = {"plan": {"mailboxes": 40}}
LATER: dict[str, dict[str, Any]] = {
    "renew": {},
    "restore": {},
    "suspend": {},
    "unsuspend": {},
    "change_password": {"new_password": "Second-Pass-2"},
    "create": {},
    "client_action": {
        "form": {
            "puqz_action": "change_admin_password",
            "password": "Second-Pass-2",
            "password_again": "Second-Pass-2",
        }
    },
}


def limit(simulator: Simulator) -> str | None:
    """How many mailboxes the customer may have."""
    return simulator.domain("firma.example").first("zimbraDomainMaxAccounts")


def leave_open(hook: Hook, simulator: Simulator, event: str, **changes: Any) -> str:
    """Call an event whose write is lost; its reference."""
    lose(simulator, "ModifyDomainRequest")
    answer = hook(event, **changes)
    assert answer.value["code"] == "pending"
    return str(answer.value["reference"])


@pytest.mark.parametrize("later", LATER)
def test_an_upgrade_outlives_what_is_not_about_the_package(
    hook: Hook, runtime: Runtime, simulator: Simulator, later: str
) -> None:
    """The host was told that the work goes on, and the customer has paid for it."""
    hook("create")
    reference = leave_open(hook, simulator, "change_package", service=BOUGHT)
    assert hook(later, **LATER[later]).value["ok"]

    assert operation(runtime, reference).state == "done"
    assert limit(simulator) == "40"
    assert status(simulator) == ("locked" if later == "suspend" else "active")


def test_what_there_was_no_time_for_is_left_to_work(
    hook: Hook,
    config: Config,
    params: Params,
    runtime: Runtime,
    simulator: Simulator,
    command: Command,
) -> None:
    """The host waits for no longer because of an earlier call."""
    hook("create")
    reference = leave_open(hook, simulator, "change_package", service=BOUGHT)
    # Just less than what the work of an earlier call is begun with.
    limits = {"limits": {**NO_LIMITS, "hook_seconds": 0.95}}
    hasty = Runtime(Config.model_validate(config.model_dump() | limits))
    suspended = dispatch("plain", "suspend", params, hasty)
    hasty.close()
    before = operation(runtime, reference).state
    worked = command("work")

    assert (suspended.value["code"], before) == ("updated", "open")
    assert (worked.status, limit(simulator), status(simulator)) == (0, "40", "locked")


@pytest.mark.parametrize("later", ["change_package", "change_password", "renew", "create"])
def test_a_suspension_outlives_what_is_not_about_access(
    hook: Hook, simulator: Simulator, later: str
) -> None:
    """Whoever does not pay must not stay in because something else was asked for him."""
    hook("create")
    leave_open(hook, simulator, "suspend")
    hook(later, service=BOUGHT, new_password="Second-Pass-2")

    assert status(simulator) == "locked"


@pytest.mark.parametrize("later", ["renew", "restore"])
def test_who_is_taken_back_from_a_termination_is_not_suspended_afterwards(
    hook: Hook, runtime: Runtime, simulator: Simulator, later: str
) -> None:
    """In the grace period a renewal is about access, too, and newer."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    with_mode = {"plan": {**GRACE, "suspend_mode": "closed"}}
    leave_open(hook, simulator, "suspend", service=with_mode)
    hook(later)

    assert states(runtime)[2:] == [("suspend", "superseded"), (later, "done")]
    assert status(simulator) == "active"
    assert foreign_names(simulator) == ["puq_zimbra:crm.example:42"]


@pytest.mark.parametrize("later", ["suspend", "unsuspend", "create"])
def test_a_restoration_is_finished_before_what_is_about_a_part_of_it(
    hook: Hook, runtime: Runtime, simulator: Simulator, later: str
) -> None:
    """Replaced by a suspension it would be deleted on its day, though it was called back."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    leave_open(hook, simulator, "restore")
    assert hook(later).value["ok"]

    assert states(runtime)[2:] == [("restore", "done"), (later, "done")]
    assert status(simulator) == ("locked" if later == "suspend" else "active")
    assert not [name for name in foreign_names(simulator) if ".purge:" in name]


def test_what_comes_first_and_cannot_be_finished_is_said(
    hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """The host must hear that its call was not begun; it repeats it."""
    hook("create")
    hook("terminate", service={"plan": GRACE})
    leave_open(hook, simulator, "restore")
    lose(simulator, "ModifyDomainRequest")
    answer = hook("suspend")

    assert (answer.value["code"], answer.value["retryable"]) == ("unavailable", True)
    assert "restore" in answer.value["message"]
    assert states(runtime)[2:] == [("restore", "open")]
    assert hook("suspend").value["code"] == "updated"


def test_a_termination_replaces_everything(
    hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """Nothing else is wanted of a service that is to end."""
    hook("create")
    leave_open(hook, simulator, "suspend")
    leave_open(hook, simulator, "change_package", service=BOUGHT)
    open_before = len(runtime.store().operations.unfinished())
    hook("terminate")

    assert open_before == 2
    assert [state for _, state in states(runtime)[1:]] == ["superseded", "superseded", "done"]
    assert simulator.domain("firma.example") is None


@pytest.mark.parametrize("later", ["renew", "restore", "unsuspend", "suspend", "change_package"])
def test_a_termination_is_not_carried_out_after_the_host_went_on(
    hook: Hook, runtime: Runtime, simulator: Simulator, command: Command, later: str
) -> None:
    """The customer has paid: his mail must not be deleted by what was asked before."""
    hook("create")
    leave_open(hook, simulator, "terminate")
    assert hook(later, service=BOUGHT).value["ok"]
    worked = command("work")

    assert worked.status == 0
    assert states(runtime)[1:] == [("terminate", "superseded"), (later, "done")]
    assert simulator.account("admin@firma.example") is not None


@pytest.mark.parametrize("later", ["change_password", "client_action"])
def test_a_new_password_calls_no_termination_off(
    hook: Hook, simulator: Simulator, command: Command, later: str
) -> None:
    """A customer must not escape by it; nor is his mail deleted by the call that sets it."""
    hook("create")
    leave_open(hook, simulator, "terminate")
    assert hook(later, **LATER[later]).value["ok"]
    still = simulator.domain("firma.example")
    worked = command("work")

    assert still is not None
    assert worked.status == 0
    assert simulator.domain("firma.example") is None


EVENTS = ("suspend", "unsuspend", "renew", "restore", "change_package", "change_password")


def kill_creation(hook: Hook, runtime: Runtime, simulator: Simulator) -> str:
    """Leave a creation open after its domain was made; its reference."""
    lose(simulator, "CreateAccountRequest")
    answer = hook("create")
    assert answer.value["code"] == "pending"
    assert simulator.account("admin@firma.example") is None
    return str(answer.value["reference"])


@pytest.mark.parametrize("later", EVENTS)
def test_a_creation_is_finished_before_anything_else(
    hook: Hook, runtime: Runtime, simulator: Simulator, later: str
) -> None:
    """A service in which nobody can log in must not be called fine; the call has the password."""
    reference = kill_creation(hook, runtime, simulator)
    answer = hook(later, new_password="Second-Pass-2")

    assert answer.value["ok"]
    assert operation(runtime, reference).state == "done"
    password = "Second-Pass-2" if later == "change_password" else "First-Pass-1"
    assert simulator.verify_password("admin@firma.example", password)
    assert "puq_zimbra.creating" not in foreign_names(simulator)


@pytest.mark.parametrize("later", EVENTS)
def test_a_creation_whose_password_nobody_has_waits_for_the_host(
    hook: Hook, runtime: Runtime, simulator: Simulator, later: str
) -> None:
    """It is not dropped, and no other call says that all is well."""
    reference = kill_creation(hook, runtime, simulator)
    answer = hook(later, new_password="Second-Pass-2", service={"admin": {"password": None}})

    assert answer.value["code"] == "refused"
    assert "create it once more" in answer.value["message"]
    assert operation(runtime, reference).state == "open"
    assert hook("create").value["code"] == "created"
    assert hook(later, new_password="Second-Pass-2").value["ok"]


@pytest.mark.parametrize("later", EVENTS)
def test_a_creation_that_the_store_forgot_is_not_called_fine(
    hook: Hook, runtime: Runtime, simulator: Simulator, config: Config, later: str
) -> None:
    """Zimbra remembers that it was not finished."""
    kill_creation(hook, runtime, simulator)
    databases.execute(config, "delete from step", "delete from operation")
    simulator.reset_log()
    answer = hook(later, new_password="Second-Pass-2")

    assert answer.value["code"] == "refused"
    assert simulator.writes() == []
    assert hook("create").value["code"] == "created"


def test_a_creation_that_was_ended_can_be_called_back_and_finished(
    hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """`create` and `restore` must not each wait for the other."""
    kill_creation(hook, runtime, simulator)
    hook("terminate", service={"plan": GRACE})
    first, created = hook("restore"), hook("create")

    assert first.value["code"] == "refused"
    assert created.value["code"] == "created"


def test_an_operation_of_an_older_version_goes_by_its_event(
    hook: Hook, simulator: Simulator, config: Config
) -> None:
    """What was open at the upgrade is not lost by it."""
    hook("create")
    leave_open(hook, simulator, "change_package", service=BOUGHT)
    databases.execute(config, "update operation set aspects = ''")
    hook("renew")

    assert limit(simulator) == "40"


def test_a_repeated_request_is_out_of_date_only_where_something_newer_is_about_the_same(
    hook: Hook, simulator: Simulator
) -> None:
    """A host's queue sends old requests again, also those that were done."""
    hook("create", request_id="r-1")
    hook("change_package", request_id="r-2", service=BOUGHT)
    hook("suspend", request_id="r-3")
    hook("unsuspend")
    hook("renew")
    codes = {
        "r-1": hook("create", request_id="r-1").value["code"],
        "r-2": hook("change_package", request_id="r-2", service=BOUGHT).value["code"],
        "r-3": hook("suspend", request_id="r-3").value["code"],
    }

    assert codes == {"r-1": "created", "r-2": "updated", "r-3": "refused"}
    assert status(simulator) == "active"


@pytest.fixture
def due(hook: Hook) -> Callable[[], None]:
    """Create a service whose day of deletion has come."""

    def make() -> None:
        hook("create")
        plan = {"plan": {"terminate": {"mode": "grace", "grace_days": 0}}}
        hook("terminate", service=plan)

    return make


def test_a_purge_waits_for_a_restoration_that_is_open(
    hook: Hook, due: Callable[[], None], simulator: Simulator, command: Command
) -> None:
    """The host was told that the restoration goes on: it is newer than the day in Zimbra."""
    due()
    leave_open(hook, simulator, "restore")
    purged = command("purge", "--due")
    worked = command("work")

    assert (purged.status, "restore" in purged.stdout) == (1, True)
    assert worked.status == 0
    assert status(simulator) == "active"


def test_a_purge_that_finds_nothing_due_replaces_nothing(
    hook: Hook, due: Callable[[], None], runtime: Runtime, simulator: Simulator, params: Params
) -> None:
    """An upgrade that is open must not be lost by a purge's list of an hour ago."""
    due()
    leave_open(hook, simulator, "change_package", service=BOUGHT)
    names = simulator.domain("firma.example").attrs["zimbraForeignName"]
    names[:] = [name for name in names if ".purge:" not in name]
    reply = carry_out_internal("purge", plain.validate(params), runtime)

    assert reply.code == "unchanged"
    assert limit(simulator) == "40"
