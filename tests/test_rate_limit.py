"""What one Zimbra is asked by all processes and threads of a machine, and who gives way."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from puq_zimbra.billing import plain
from puq_zimbra.config import Config, Limits
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import TimeUsedUp
from puq_zimbra.simulator import Simulator, TlsFiles
from puq_zimbra.zimbra import deadline
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.rate_limit import RateLimit, Slots

from .conftest import NO_LIMITS, Params
from .processes import wait_for

#: a process that asks in several threads, each with a client of its own
ASKS = """
import json, sys, threading
from pathlib import Path
from puq_zimbra.billing import plain
from puq_zimbra.config import Limits
from puq_zimbra.zimbra.client import Zimbra
given = json.load(sys.stdin)
def ask():
    zimbra = Zimbra(plain.validate(given["params"]).zimbra_server, Limits(**given["limits"]),
                    Path(given["directory"]))
    for _ in range(given["times"]):
        zimbra.get_version_info()
    zimbra.close()
threads = [threading.Thread(target=ask) for _ in range(given["threads"])]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.fixture
def filtered(tls: TlsFiles) -> Iterator[tuple[Simulator, Any]]:
    """A Zimbra whose DoS filter refuses the thirty-first request of a second."""
    simulator = Simulator(domain="example.test", admin_password="test123", dos_limit=30)
    with simulator.serve(tls, admin_port=0, user_port=0) as running:
        yield simulator, running


def asking(
    params: Params, directory: Path, *, times: int, threads: int = 1, **limits: int
) -> subprocess.Popen[bytes]:
    """Start a process that asks so many times in each of so many threads."""
    process = subprocess.Popen([sys.executable, "-c", ASKS], stdin=subprocess.PIPE)
    given = {"params": params, "directory": str(directory), "times": times, "threads": threads}
    assert process.stdin is not None
    process.stdin.write(json.dumps({**given, "limits": limits}).encode())
    process.stdin.close()
    return process


def client(params: Params, directory: Path | None, **limits: int) -> Zimbra:
    """Another client of the same Zimbra, in this process."""
    return Zimbra(plain.validate(params).zimbra_server, Limits(**limits), directory)


def test_four_processes_together_keep_the_limits(
    filtered: tuple[Simulator, Any], params: Params, tmp_path: Path
) -> None:
    """Zimbra counts what arrives, and takes no notice of which of our processes sent it."""
    simulator, running = filtered
    params["server"]["url"] = running.admin_url
    simulator.delay_next("GetVersionInfoRequest", 0.4, times=72)
    workers = [asking(params, tmp_path, times=6, threads=3) for _ in range(4)]

    assert [worker.wait(timeout=60) for worker in workers] == [0] * 4
    assert len(simulator.calls("GetVersionInfoRequest")) == 72
    assert simulator.traffic.refused == 0
    assert simulator.traffic.busiest_second() <= 25
    assert 3 < simulator.traffic.most_at_once <= 8


def test_without_limits_the_filter_would_refuse(
    filtered: tuple[Simulator, Any], params: Params, tmp_path: Path
) -> None:
    """What the limits are for; 0 lifts them."""
    simulator, running = filtered
    params["server"]["url"] = running.admin_url
    worker = asking(params, tmp_path, times=60, **NO_LIMITS)
    worker.wait(timeout=60)

    assert simulator.traffic.refused > 0


def test_a_creation_alone_does_not_wait(tmp_path: Path) -> None:
    """Its fourteen requests may come at once: the limit is on the second, not on the distance."""
    slots = Slots(tmp_path, "a.example", 25, rest=60.0)
    with deadline.within(0):
        for _ in range(25):
            with slots.one():
                pass
        with pytest.raises(TimeUsedUp), slots.one():
            pass


def test_a_killed_process_gives_its_place_back(
    params: Params, simulator: Simulator, tmp_path: Path
) -> None:
    """The one place is held by a request that will take half a minute; then its process dies."""
    simulator.delay_next("GetVersionInfoRequest", 30)
    worker = asking(params, tmp_path, times=1, concurrent_requests=1)
    wait_for(lambda: simulator.calls("AuthRequest") and simulator.chaos.pending == 0)
    waiting = client(params, tmp_path, concurrent_requests=1)
    with deadline.within(0.1), pytest.raises(TimeUsedUp):
        waiting.get_version_info()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(timeout=60)
    with deadline.within(10):
        info = waiting.get_version_info()
    waiting.close()

    assert info["version"]
    assert len(simulator.calls("AuthRequest")) == 2


def test_waiting_uses_up_the_hooks_time(
    params: Params, config: Config, simulator: Simulator
) -> None:
    """A host must hear in time; nothing was sent, so the host may try again."""
    directory = config.store_directory()
    simulator.delay_next("GetVersionInfoRequest", 30)
    worker = asking(params, directory, times=1, concurrent_requests=1)
    wait_for(lambda: simulator.calls("AuthRequest") and simulator.chaos.pending == 0)
    simulator.reset_log()
    limits = {"hook_seconds": 0.2, "concurrent_requests": 1}
    runtime = Runtime(Config.model_validate(config.model_dump() | {"limits": limits}))
    answer = dispatch("plain", "list_services", params, runtime)
    runtime.close()
    worker.kill()
    worker.wait(timeout=60)

    assert (answer.value["code"], answer.value["retryable"]) == ("unavailable", True)
    assert "So much is asked of Zimbra" in answer.value["message"]
    assert simulator.log == []


def test_what_did_not_get_its_turn_is_left_open(
    params: Params, config: Config, simulator: Simulator
) -> None:
    """Two hundred suspensions at once: those whose time was over wait for `puq-zimbra work`."""
    directory = config.store_directory()
    simulator.delay_next("GetVersionInfoRequest", 30)
    worker = asking(params, directory, times=1, concurrent_requests=1)
    wait_for(lambda: simulator.calls("AuthRequest") and simulator.chaos.pending == 0)
    simulator.reset_log()
    limits = {"hook_seconds": 0.2, "concurrent_requests": 1}
    runtime = Runtime(Config.model_validate(config.model_dump() | {"limits": limits}))
    answer = dispatch("plain", "suspend", params, runtime)
    (left_open,) = runtime.store().operations.unfinished()
    runtime.close()
    worker.kill()
    worker.wait(timeout=60)

    assert (answer.value["code"], answer.value["retryable"]) == ("pending", True)
    assert left_open.id == answer.value["reference"]
    assert left_open.reply is not None
    assert "So much is asked of Zimbra" in left_open.reply.message
    assert simulator.log == []


@pytest.mark.parametrize("way", ["a file in the way", "no home"])
def test_without_a_state_directory_the_limits_hold_in_the_process(
    params: Params, simulator: Simulator, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook that needs no store works all the same."""
    (tmp_path / "file").write_text("")
    store = {"dir": str(tmp_path / "file" / "state")}
    if way == "no home":
        store = {}
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    runtime = Runtime(Config.model_validate({"store": store, "limits": {"concurrent_requests": 1}}))
    simulator.delay_next("GetVersionInfoRequest", 0.05, times=4)
    codes: list[str] = []

    def ask() -> None:
        codes.append(dispatch("plain", "test_connection", params, runtime).value["code"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runtime.close()

    assert codes == ["unchanged"] * 4
    assert simulator.traffic.most_at_once == 1


def test_two_zimbras_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Host and port tell them apart, whatever stands in them."""
    limits = Limits(concurrent_requests=1)
    names = ("a.example:7071", "a.example:9071", "[::1]:7071", "..", "a/../b")
    with ExitStack() as held, deadline.within(0):
        for name in names:
            held.enter_context(RateLimit(tmp_path, name, limits).slot())
        with pytest.raises(TimeUsedUp):
            held.enter_context(RateLimit(tmp_path, "A.example:7071", limits).slot())

    assert {path.parent for path in tmp_path.rglob("*.at-once.0")} == {tmp_path}


@pytest.mark.parametrize("kept", [b"", b"short", b"\xff" * 8, b"\x00" * 8, b"far in the future"])
def test_a_file_that_makes_no_sense_delays_nobody(tmp_path: Path, kept: bytes) -> None:
    """The machine's clock begins anew when it starts, and a disk may be full in between."""
    slots = Slots(tmp_path, "a.example", 1, rest=60.0)
    (tmp_path / "a.example.0").write_bytes(kept)
    with deadline.within(0):
        with slots.one():
            pass
        with pytest.raises(TimeUsedUp), slots.one():
            pass


def test_a_place_rests_from_the_end_of_its_request(tmp_path: Path) -> None:
    """Else a slow request and a fast one after it could arrive in the same moment."""
    slots = Slots(tmp_path, "a.example", 1, rest=60.0)
    file = tmp_path / "a.example.0"
    with slots.one():
        begun, answered = struct.unpack("d", file.read_bytes())[0], time.monotonic()

    assert begun < answered + 60.0 <= struct.unpack("d", file.read_bytes())[0]
