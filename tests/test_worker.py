"""Workers of several machines: what is left open goes on, whoever dies and whatever is away."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator

from . import databases
from .conftest import NO_LIMITS, Command, Hook
from .processes import COMMAND, wait_for
from .severed import Line

pytest.importorskip("procrastinate")


@pytest.fixture
def store_settings(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`[store]` in a database of its own: who listens there hears of all its jobs."""
    with databases.own_postgresql(tmp_path / "state") as store:
        yield store


@pytest.fixture
def config(store_settings: dict[str, Any]) -> Config:
    """Settings of one of two machines."""
    limits = {**NO_LIMITS, "lease_seconds": 1}
    given = {"store": store_settings, "limits": limits, "cluster": {"nodes": 2}}
    return Config.model_validate(given)


@pytest.fixture
def settings(settings: str) -> str:
    """The same in a file."""
    path = Path(settings)
    text = path.read_text().replace("[limits]\n", "[limits]\nlease_seconds = 1\n")
    path.write_text(text + "[cluster]\nnodes = 2\n")
    return settings


@pytest.fixture
def start(settings: str) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker as systemd does; all are stopped in the end."""
    begun: list[subprocess.Popen[bytes]] = []

    def one() -> subprocess.Popen[bytes]:
        words = [str(COMMAND), "--config", settings, "worker", "--jobs", "2"]
        begun.append(subprocess.Popen(words, stderr=subprocess.PIPE))
        return begun[-1]

    yield one
    for process in begun:
        process.terminate()
        process.communicate(timeout=30)


def state(runtime: Runtime, reference: str) -> str:
    """The state of an operation."""
    kept = runtime.store().operations.get(reference)
    assert kept is not None
    return kept.state


def figures(command: Command) -> dict[str, Any]:
    """What the command says of the queues."""
    found: dict[str, Any] = json.loads(command("worker", "status", "--json").stdout)
    return found


def test_what_is_left_open_goes_on(
    hook: Hook, runtime: Runtime, start: Callable[[], Any], simulator: Simulator, command: Command
) -> None:
    """With a job of its own, or swept up where the transaction could put none in."""
    hook("create")
    simulator.drop_next("ModifyDomainRequest", times=2)
    swept = hook("suspend").value["reference"]
    assert figures(command) == {"workers": 0, "queues": []}
    worker = start()
    wait_for(lambda: state(runtime, swept) == "done")
    simulator.drop_next("ModifyDomainRequest", times=2)
    queued = hook("unsuspend").value["reference"]
    wait_for(lambda: state(runtime, queued) == "done")
    wait_for(lambda: all(q["waiting"] + q["doing"] == 0 for q in figures(command)["queues"]))
    assert figures(command)["workers"] == 1
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    simulator.drop_next("ModifyDomainRequest", times=2)
    hook("suspend")
    (waiting,) = figures(command)["queues"]

    # Nobody sweeps: it was put in with the outcome.
    assert (waiting["queue"], waiting["waiting"], waiting["doing"]) == ("operations", 1, 0)
    assert command("worker", "status").status == 1
    assert simulator.domain("firma.example").first("zimbraDomainStatus") == "active"


def test_the_living_go_on_for_the_dead(
    hook: Hook, runtime: Runtime, start: Callable[[], Any], simulator: Simulator
) -> None:
    """A worker is killed in the middle of a write; what it was at is finished by another."""
    hook("create")
    simulator.drop_next("ModifyDomainRequest", times=2)
    reference = hook("suspend").value["reference"]
    simulator.delay_next("ModifyDomainRequest", 8)
    first = start()
    wait_for(lambda: simulator.chaos.pending == 0)
    first.kill()
    first.wait(timeout=30)
    start()
    wait_for(lambda: state(runtime, reference) == "done")

    assert simulator.domain("firma.example").first("zimbraDomainStatus") == "locked"


def test_what_a_dead_worker_was_at_waits_for_no_later_try(
    hook: Hook, runtime: Runtime, config: Config, simulator: Simulator, command: Command
) -> None:
    """Its job may have been put off for long, before or by what came in between."""
    hook("create")
    store = runtime.store()
    store.prepare_queue()
    simulator.drop_next("ModifyDomainRequest", times=2)
    hook("suspend")
    assert config.store.url
    engine = sa.create_engine(config.store.url.get_secret_value())
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'"
        )
    put_off = store.sweep()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE operation SET state = 'running' WHERE state = 'open'")
    swept, again = store.sweep(), store.sweep()
    engine.dispose()
    (queue,) = figures(command)["queues"]

    assert (put_off, swept, again) == (0, 1, 0)
    assert (queue["waiting"], queue["later"]) == (1, 1)


def test_a_worker_lives_through_a_lost_database(
    hook: Hook,
    runtime: Runtime,
    config: Config,
    settings: str,
    start: Callable[[], Any],
    simulator: Simulator,
) -> None:
    """Nobody has to start it again."""
    assert config.store.url
    url = sa.engine.make_url(config.store.url.get_secret_value())
    assert url.port is not None
    line = Line(url.port)
    path = Path(settings)
    path.write_text(path.read_text().replace(f":{url.port}/", f":{line.port}/"))
    hook("create")
    worker = start()
    said = threading.Event()

    def read() -> None:
        for text in worker.stderr:
            if b"worker.waits" in text:
                said.set()

    threading.Thread(target=read, daemon=True).start()
    wait_for(lambda: runtime.store().queues()[1] == 1)
    line.cut()
    assert said.wait(60)
    simulator.drop_next("ModifyDomainRequest", times=2)
    reference = hook("suspend").value["reference"]
    line.mend()
    wait_for(lambda: state(runtime, reference) == "done")
    is_alive = worker.poll() is None
    worker.terminate()
    worker.wait(timeout=30)
    line.close()

    assert is_alive
