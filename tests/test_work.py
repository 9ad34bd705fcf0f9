"""`puq-zimbra work` and `puq-zimbra operations`, as cron and people run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from . import databases
from .conftest import Hook, Params
from .operations import carried_on
from .test_going_on import fill, lose

pytestmark = pytest.mark.both_databases

COMMAND = Path(sys.executable).with_name("puq-zimbra")


def command(settings: str, *arguments: str) -> Result:
    """Run a command of ours."""
    return CliRunner().invoke(cli, ["--config", settings, *arguments])


def rows(result: Result) -> list[dict[str, Any]]:
    """The JSON lines that a command printed."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def process(settings: str, *arguments: str, given: Any = None) -> subprocess.Popen[bytes]:
    """Start a command of ours as cron or a billing host does."""
    started = subprocess.Popen(
        [str(COMMAND), "--config", settings, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert started.stdin is not None
    started.stdin.write(json.dumps(given).encode())
    started.stdin.close()
    started.stdin = None
    return started


def killed_meanwhile(started: subprocess.Popen[bytes], simulator: Simulator) -> None:
    """Kill a process while its request, which Zimbra still carries out, is held up there."""
    tick = threading.Event()
    while simulator.chaos.pending:
        tick.wait(0.01)
    count = len(simulator.log)
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()
    while len(simulator.log) == count:
        tick.wait(0.01)


def test_work_has_nothing_to_do(hook: Hook, settings: str) -> None:
    """Cron mails whatever is printed."""
    hook("create")
    done = command(settings, "work")

    assert (done.exit_code, done.output) == (0, "")
    assert command(settings, "operations", "--open").stdout == ""


def test_work_finishes_what_is_open(hook: Hook, simulator: Simulator, settings: str) -> None:
    """A line for each, and nothing is left."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    reference = hook("suspend").value["reference"]
    simulator.reset_log()
    dry = command(settings, "work", "--dry-run", "--json")
    seen = list(simulator.log)
    done = command(settings, "work", "--json")

    line = {"reference": reference, "service": "crm.example:42", "event": "suspend"}
    assert (dry.exit_code, rows(dry)) == (
        75,
        [{**line, "code": "pending", "message": "It would be carried on."}],
    )
    assert seen == []
    assert (done.exit_code, [{**row, "message": ""} for row in rows(done)]) == (
        0,
        [{**line, "code": "updated", "message": ""}],
    )
    assert simulator.domain("firma.example").first("zimbraDomainStatus") == "locked"


@pytest.mark.parametrize(
    ("event", "lost", "lacks"),
    [
        ("create", "CreateAccountRequest", "service.admin.password"),
        ("change_password", "SetPasswordRequest", "new_password"),
    ],
)
def test_what_needs_a_secret_waits_for_the_host(
    hook: Hook,
    worker: Runtime,
    simulator: Simulator,
    settings: str,
    event: str,
    lost: str,
    lacks: str,
) -> None:
    """No password is kept, so only the host's retry can finish it; it says so meanwhile."""
    if event != "create":
        hook("create")
    lose(simulator, lost)
    assert hook(event, new_password="Second-Pass-2").value["code"] == "pending"
    simulator.reset_log()
    worked = command(settings, "work")
    shown = command(settings, "operations", "--open")
    reference = worked.output.split()[0]
    told = carried_on(reference, worker)

    assert (told.code, told.message % told.values) == (
        "pending",
        f"It waits for the host's retry: {lacks} is missing.",
    )
    for result in (worked, shown):
        assert f"It waits for the host's retry: {lacks} is missing." in result.output
    assert worked.exit_code == 75
    assert simulator.log == []
    assert hook(event, new_password="Second-Pass-2").value["ok"]
    assert command(settings, "work").exit_code == 0


def test_an_unknown_server_waits_for_the_host(
    hook: Hook, simulator: Simulator, config: Config, tmp_path: Path
) -> None:
    """Credentials are taken from the settings and from nowhere else."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    hook("suspend")
    settings = tmp_path / "other.toml"
    settings.write_text(databases.toml(config))
    simulator.reset_log()
    worked = command(str(settings), "work")

    assert "the settings have no password for 127.0.0.1" in worked.output
    assert worked.exit_code == 75
    assert simulator.log == []


def test_a_silent_server_is_not_asked_again_and_again(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """Two hundred operations must not each wait for a server that is down."""
    for number in "123":
        service = {"id": number, "domain": f"firma{number}.example"}
        hook("create", service=service)
        lose(simulator, "ModifyDomainRequest")
        hook("suspend", service=service)
    simulator.reset_log()
    simulator.http_next("GetDomainRequest", status=503, times=3)  # one look, with its repetitions
    down = command(settings, "work", "--json")
    up = command(settings, "work", "--json")

    assert [row["code"] for row in rows(down)] == ["unavailable"] * 3
    assert down.exit_code == 75
    assert [row["code"] for row in rows(up)] == ["updated"] * 3
    # Whoever had his turn in vain comes last.
    assert [row["service"][-1] for row in rows(up)] == ["2", "3", "1"]


def test_a_killed_termination_is_finished_by_work(
    hook: Hook, params: Params, simulator: Simulator, settings: str
) -> None:
    """kill -9 in the middle: nobody retries, and cron finishes it all the same."""
    hook("create")
    fill(simulator, 5)
    simulator.reset_log()
    simulator.chaos.add(Plan("DeleteAccountRequest", "delay", seconds=0.5, skip=3))
    killed_meanwhile(process(settings, "hook", "plain", "terminate", given=params), simulator)
    before = rows(command(settings, "operations", "--open", "--json"))
    worked = process(settings, "work")
    worked.communicate(timeout=60)
    after = rows(command(settings, "operations", "--json"))[-1]

    assert [(row["event"], row["state"]) for row in before] == [("terminate", "abandoned")]
    assert before[0]["reason"] == "Its process ended before it did."
    assert [(step["request"], step["answer"]) for step in before[0]["steps"]] == [
        ("ModifyDomain", "done"),
        *[("DeleteAccount", "done")] * 3,
        ("DeleteAccount", None),
    ]
    assert worked.returncode == 0
    assert (after["reference"], after["state"]) == (before[0]["reference"], "done")
    assert simulator.domain("firma.example") is None
    deleted = Counter(call.name for call in simulator.writes() if call.ok)
    assert (deleted["DeleteAccountRequest"], deleted["DeleteDomainRequest"]) == (6, 1)


def test_a_killed_worker_is_taken_over_by_the_next(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """The machine was started again in the middle of the night."""
    hook("create")
    lose(simulator, "DeleteAccountRequest")
    reference = hook("terminate").value["reference"]
    simulator.delay_next("DeleteAccountRequest", 0.5)
    killed_meanwhile(process(settings, "work"), simulator)
    shown = rows(command(settings, "operations", "--open", "--json"))
    worked = command(settings, "work", "--json")

    assert [(row["reference"], row["state"]) for row in shown] == [(reference, "abandoned")]
    assert [(row["reference"], row["code"]) for row in rows(worked)] == [(reference, "updated")]
    assert simulator.domain("firma.example") is None


def test_two_workers_do_each_operation_once(
    hook: Hook, simulator: Simulator, settings: str
) -> None:
    """Cron starts the next while the first is still at work."""
    count = 6
    for number in range(count):
        service = {"id": str(number), "domain": f"firma{number}.example"}
        hook("create", service=service)
        lose(simulator, "ModifyDomainRequest")
        hook("suspend", service=service)
    simulator.reset_log()
    simulator.delay_next("ModifyDomainRequest", 0.3, times=count)
    workers = [process(settings, "work", "--json") for _ in range(2)]
    told = [
        json.loads(line) for one in workers for line in one.communicate(timeout=60)[0].splitlines()
    ]
    codes = Counter(row["code"] for row in told)

    assert codes == {"updated": count}
    assert len({row["reference"] for row in told}) == count
    assert Counter(call.name for call in simulator.writes()) == {
        "ModifyDomainRequest": 2 * count, "ModifyAccountRequest": count,
    }  # fmt: skip


def test_a_dead_process_without_a_kept_call_is_given_up(
    hook: Hook, simulator: Simulator, settings: str, config: Config
) -> None:
    """An older version kept none, and a customer's own action has none: it ends as failed."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    hook("suspend")
    databases.execute(
        config, "update operation set call = null, state = 'running' where number = 2"
    )
    done = command(settings, "work")

    assert "The operation broke off." in done.output
    assert done.exit_code == 0
    assert "suspend          failed" in command(settings, "operations").output


def test_operations_are_listed_as_text(hook: Hook, simulator: Simulator, settings: str) -> None:
    """One line each, with where it stands."""
    hook("create")
    lose(simulator, "ModifyDomainRequest")
    pending = hook("suspend").value["reference"]
    lines = command(settings, "operations").stdout.splitlines()
    domain = simulator.domain("firma.example").id

    assert len(lines) == 2
    assert "done       5 writes" in lines[0]
    assert pending in lines[1]
    assert f"open       2 writes, last ModifyDomain {domain}: unknown" in lines[1]
    assert lines[1].endswith("The connection to Zimbra broke off.")
