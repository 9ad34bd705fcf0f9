"""Held: what deletes mail and is old, or came back with a backup, waits for a person."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.http.background import Background
from puq_zimbra.reply import Reply
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Run

from . import databases
from .conftest import Command, Done, Hook
from .operations import carried_on, operation
from .test_going_on import fill, states
from .test_wishes import LATER, leave_open
from .zimbra_state import GRACE, foreign_names, status

pytestmark = pytest.mark.both_databases

DAY = 86400
DELETE: dict[str, Any] = {"plan": {"terminate": {"mode": "delete"}}}


def age(config: Config, seconds: int) -> None:
    """Let what is open have begun earlier."""
    which = "state in ('open', 'running')"
    databases.execute(
        config, f"update operation set started_at = started_at - {seconds} where {which}"
    )


@pytest.fixture
def held(hook: Hook, simulator: Simulator, config: Config) -> str:
    """The reference of a termination that was left open a week ago, before anything was deleted."""
    hook("create")
    reference = leave_open(hook, simulator, "terminate", service=DELETE)
    age(config, 7 * DAY)
    simulator.reset_log()
    return reference


def rows(done: Done) -> list[dict[str, Any]]:
    """The JSON lines of a command."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_work_passes_an_old_termination(held: str, command: Command, simulator: Simulator) -> None:
    """Half a year later its server was added to the settings, and the customer has long paid."""
    worked = command("work", "--json")
    shown = rows(command("operations", "--held", "--json"))
    opened = rows(command("operations", "--open", "--json"))

    assert worked.status == 75
    assert [(row["reference"], row["code"]) for row in rows(worked)] == [(held, "pending")]
    assert f"operations release {held}" in rows(worked)[0]["message"]
    assert [(row["reference"], row["state"]) for row in shown] == [(held, "held")]
    assert opened == shown
    assert simulator.log == []


def test_the_service_passes_it_too(held: str, worker: Runtime, simulator: Simulator) -> None:
    """Its threads carry on what is open, as `work` does."""
    Background(worker, worker.config)._carry_on()

    assert carried_on(held, worker).code == "pending"
    assert simulator.log == []


@pytest.mark.parametrize(("hours", "code"), [(23, "updated"), (25, "pending")])
def test_it_is_held_after_a_day(
    hook: Hook, simulator: Simulator, config: Config, worker: Runtime, hours: int, code: str
) -> None:
    """`[limits] destructive_hours`; until then the work goes on by itself."""
    hook("create")
    reference = leave_open(hook, simulator, "terminate", service=DELETE)
    age(config, hours * 3600)

    assert carried_on(reference, worker).code == code


def test_what_began_in_the_future_is_held(
    hook: Hook, simulator: Simulator, config: Config, worker: Runtime
) -> None:
    """The clock was wrong when it was noted: nobody knows how old it is."""
    hook("create")
    reference = leave_open(hook, simulator, "terminate", service=DELETE)
    age(config, -DAY)

    assert carried_on(reference, worker).code == "pending"


@pytest.mark.parametrize(("mode", "code"), [("grace", "pending"), ("keep", "updated")])
def test_what_deletes_in_the_end_is_held(
    hook: Hook, simulator: Simulator, config: Config, worker: Runtime, mode: str, code: str
) -> None:
    """After a termination with grace nobody is asked again, either."""
    hook("create")
    terminate = {"mode": mode} | ({"grace_days": 0} if mode == "grace" else {})
    plan = {"plan": {"terminate": terminate}}
    reference = leave_open(hook, simulator, "terminate", service=plan)
    age(config, 7 * DAY)

    assert carried_on(reference, worker).code == code


def test_an_old_purge_is_held(
    hook: Hook, simulator: Simulator, config: Config, command: Command, worker: Runtime
) -> None:
    """The next purge looks at what is due by itself, and takes its place."""
    hook("create")
    hook("terminate", service={"plan": {"terminate": {"mode": "grace", "grace_days": 0}}})
    simulator.drop_next("DeleteAccountRequest", times=2)
    purged = command("purge", "--due")
    age(config, 7 * DAY)
    (kept,) = worker.store().operations.unfinished()

    assert (purged.status, kept.event, kept.state) == (75, "purge", "held")
    assert command("purge", "--due").status == 0
    assert simulator.domain("firma.example") is None
    assert worker.store().operations.unfinished() == []


def test_another_old_wish_goes_on(
    hook: Hook, simulator: Simulator, config: Config, worker: Runtime
) -> None:
    """A suspension can be undone, and an upgrade deletes nothing."""
    hook("create")
    reference = leave_open(hook, simulator, "suspend")
    age(config, 7 * DAY)

    assert carried_on(reference, worker).code == "updated"


@pytest.mark.parametrize(
    "event", ["create", "suspend", "change_package", "change_password", "client_action", "repair"]
)
def test_other_calls_pass_it(
    held: str, hook: Hook, runtime: Runtime, simulator: Simulator, event: str
) -> None:
    """It stands in nobody's way, and is no less held by them."""
    answer = hook(event, **LATER.get(event, {}))

    assert answer.value["ok"]
    assert operation(runtime, held).state == "held"
    assert simulator.account("admin@firma.example") is not None


@pytest.mark.parametrize("event", ["unsuspend", "renew", "restore"])
def test_a_host_that_goes_on_with_the_service_drops_it(
    held: str, hook: Hook, runtime: Runtime, command: Command, simulator: Simulator, event: str
) -> None:
    """It was paid for: a person must not be asked any more."""
    assert hook(event).value["ok"]

    assert states(runtime)[1] == ("terminate", "superseded")
    assert command("operations", "--held").stdout == ""
    assert simulator.account("admin@firma.example") is not None


def test_a_service_that_is_handed_over_drops_it(held: str, command: Command) -> None:
    """What was asked of the old service must not end what another one has now."""
    names = ("crm.example", "42", "--to", "crm.example", "43")
    assert command("service", "transfer", *names).status == 0

    assert command("operations", "--held", "--json").stdout == ""
    assert command("operations", "release", held).status != 0


def test_a_fresh_termination_takes_its_place(
    held: str, hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """The host has asked once more."""
    assert hook("terminate", service=DELETE).value["code"] == "updated"
    assert states(runtime)[1:] == [("terminate", "superseded"), ("terminate", "done")]
    assert simulator.domain("firma.example") is None


def test_a_person_releases_it(
    held: str, command: Command, runtime: Runtime, simulator: Simulator
) -> None:
    """After a look at what would be deleted."""
    dry = command("operations", "release", "--dry-run", held)
    looked = simulator.writes()
    done = command("operations", "release", held)

    assert dry.status == 0
    assert "delete admin@firma.example" in dry.stdout
    assert looked == []
    assert done.status == 0
    assert simulator.domain("firma.example") is None
    assert states(runtime)[1:] == [("terminate", "done")]
    assert "is over" in command("operations", "release", held).stderr


def test_what_was_released_and_is_not_finished_goes_on_by_work(
    held: str, command: Command, hook: Hook, runtime: Runtime, simulator: Simulator
) -> None:
    """A large domain takes longer than a person waits; and a day later it is old once more."""
    fill(simulator, 2)
    simulator.drop_next("DeleteAccountRequest", times=2)
    released = command("operations", "release", held)
    state = operation(runtime, held).state
    worked = command("work")

    assert (released.status, state) == (69, "open")
    assert worked.status == 0
    assert simulator.domain("firma.example") is None


def test_a_person_drops_it(
    held: str, command: Command, runtime: Runtime, simulator: Simulator
) -> None:
    """And the audit trail says so."""
    dry = command("operations", "drop", "--dry-run", held)
    before = operation(runtime, held).state
    done = command("operations", "drop", held)
    lines = list(runtime.store().trail.lines())

    assert (dry.status, before, done.status) == (0, "held", 0)
    assert command("work").status == 0
    assert states(runtime)[1:] == [("terminate", "failed")]
    assert [(line["event"], line["code"]) for line, _ in lines] == [
        ("create", "created"),
        ("terminate", "refused"),
    ]
    assert all(intact for _, intact in lines)
    assert simulator.log == []


@pytest.mark.parametrize("what", ["release", "drop"])
def test_only_what_waits_is_decided_on(hook: Hook, command: Command, what: str) -> None:
    """A typing error must not end another operation."""
    reference = hook("create").value["reference"]

    assert "is over" in command("operations", what, reference).stderr
    assert command("operations", what, "op-0").status == 1


def test_doctor_names_what_is_held(held: str, command: Command) -> None:
    """Nobody looks at operations of a week ago by himself."""
    found = json.loads(command("doctor", "--json").stdout)["findings"]
    words = [one for one in found if one["check"] == "store" and "are held" in one["sentence"]]

    assert [one["level"] for one in words] == ["warning"]
    assert "crm.example:42" in words[0]["sentence"]
    assert any(line.endswith(f" operations release {held}") for line in words[0]["next"])


def test_doctor_is_silent_where_nothing_is_held(hook: Hook, command: Command) -> None:
    """A warning that is always there is read by nobody."""
    hook("create")

    assert "are held" not in command("doctor").stdout


def test_what_comes_back_with_a_backup_is_held(
    hook: Hook, simulator: Simulator, config: Config, command: Command, runtime: Runtime,
    tmp_path: Path,
) -> None:  # fmt: skip
    """After the backup the customer paid, which the store of before knows nothing of."""
    if config.store.url:
        pytest.skip("a backup of a store in PostgreSQL holds the key alone")
    hook("create")
    reference = leave_open(hook, simulator, "terminate", service=DELETE)
    upgrade = {"id": "43", "domain": "druga.example"}
    hook("create", service=upgrade)
    leave_open(hook, simulator, "suspend", service=upgrade)
    command("store", "backup", str(tmp_path / "old.tar"))
    hook("renew")
    hook("change_package", service={"plan": {"mailboxes": 40}})
    runtime.close()
    restored = command("store", "restore", "--replace", str(tmp_path / "old.tar"))
    worked = command("work")
    left = rows(command("operations", "--open", "--json"))

    assert restored.status == 0
    assert worked.status == 75
    assert [(row["reference"], row["state"]) for row in left] == [(reference, "held")]
    assert status(simulator) == "active"
    assert simulator.domain("druga.example").first("zimbraDomainStatus") == "locked"
    assert command("operations", "release", reference).status == 0
    assert simulator.domain("firma.example") is None


def test_a_released_operation_of_a_backup_is_held_again(
    held: str, simulator: Simulator, config: Config, command: Command, runtime: Runtime,
    tmp_path: Path,
) -> None:  # fmt: skip
    """The word of a person counts for the store in which he gave it."""
    if config.store.url:
        pytest.skip("a backup of a store in PostgreSQL holds the key alone")
    runtime.store().operations.ask_again(held)
    before = operation(runtime, held).state
    runtime.close()
    command("store", "backup", str(tmp_path / "old.tar"))
    command("store", "restore", "--replace", str(tmp_path / "old.tar"))
    command("work")

    assert before == "open"
    assert simulator.account("admin@firma.example") is not None


def test_a_termination_with_grace_after_its_release_is_dated_from_now(
    hook: Hook, simulator: Simulator, config: Config, command: Command
) -> None:
    """The customer gets his days, however long it was held."""
    hook("create")
    reference = leave_open(hook, simulator, "terminate", service={"plan": GRACE})
    age(config, 30 * DAY)
    done = command("operations", "release", reference)

    day = (datetime.now(UTC) + timedelta(days=14)).date()
    assert done.status == 0
    assert f"puq_zimbra.purge:{day}" in foreign_names(simulator)


def test_the_age_is_told_by_the_clock_of_the_database(
    hook: Hook, runtime: Runtime, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several machines agree about it, also one whose clock is two days ahead."""
    if not config.store.url:
        pytest.skip("the database has this machine's clock")
    hook("create")
    real = time.time
    operations = runtime.store().operations
    intent = Intent("op-fresh", "crm.example", "42", "terminate", None, "f")
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: real() - 2 * DAY)
        run = operations.begin(intent, 60)
        assert isinstance(run, Run)
        operations.end(operations.steps(run), Reply("pending", ""), is_open=True)
        patch.setattr("time.time", lambda: real() + 2 * DAY)
        ahead = operation(runtime, "op-fresh").state

    assert ahead == "open"
    age(config, 2 * DAY)
    assert operation(runtime, "op-fresh").state == "held"
