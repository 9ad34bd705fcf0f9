"""kill -9 of a real hook process at each of its SOAP calls: the next call finishes the work."""

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

from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import Plan

from .conftest import Hook, Params

COMMAND = Path(sys.executable).with_name("puq-zimbra")
#: the calls of a create, in order; the test sees to it that there is none besides
CREATE = (
    "AuthRequest", "GetDomainRequest", "SearchDirectoryRequest", "GetCosRequest",
    "CreateDomainRequest", "GetDomainRequest", "GetAccountRequest", "CreateAccountRequest",
    "GetGrantsRequest", "GrantRightRequest", "GrantRightRequest", "ModifyDomainRequest",
    "GetDomainRequest", "GetAccountRequest",
)  # fmt: skip


def test_the_calls_of_a_create_are_known(hook: Hook, simulator: Simulator) -> None:
    """A call that is added must be killed at, too."""
    hook("create")

    assert tuple(call.name for call in simulator.log) == CREATE


@pytest.mark.parametrize("position", range(len(CREATE)), ids=lambda n: f"{n}-{CREATE[n]}")
def test_the_next_call_finishes_what_a_killed_process_began(
    params: Params, simulator: Simulator, tmp_path: Path, position: int
) -> None:
    """The request is on its way when the process dies, and Zimbra carries it out."""
    name = CREATE[position]
    simulator.chaos.add(Plan(name, "delay", seconds=0.5, skip=CREATE[:position].count(name)))
    first = start(params, tmp_path)
    wait_for(lambda: len(simulator.log) >= position and simulator.chaos.pending == 0)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    wait_for(lambda: len(simulator.log) > position)
    second = start(params, tmp_path)
    answer = json.loads(second.communicate(timeout=60)[0])

    assert first.returncode == -signal.SIGKILL
    assert answer["code"] in ("created", "already_exists")
    assert simulator.domain("firma.example").attrs["zimbraForeignName"] == [
        "puq_zimbra:crm.example:42"
    ]
    assert simulator.verify_password("admin@firma.example", "First-Pass-1")
    made = Counter(call.name for call in simulator.writes() if call.ok)
    assert made["CreateDomainRequest"] == 1
    assert made["CreateAccountRequest"] == 1


def start(params: Params, directory: Path) -> subprocess.Popen[bytes]:
    """Start a hook as a billing host does."""
    process = subprocess.Popen(
        [str(COMMAND), "hook", "plain", "create"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=directory,
        env={**os.environ, "PUQ_ZIMBRA_CONFIG": str(settings(directory))},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(params).encode())
    process.stdin.close()
    process.stdin = None
    return process


def settings(directory: Path) -> Path:
    """Settings with a store of the test's own."""
    path = directory / "puq-zimbra.toml"
    path.write_text(f'[store]\ndir = "{directory}/state"\n')
    return path


def wait_for(reached: Any) -> None:
    """Let the other process come so far; a minute is a failure."""
    tick = threading.Event()
    for _ in range(6000):
        if reached():
            return
        tick.wait(0.01)
    raise AssertionError("the process did not come so far")
