"""Leases are short: who lives renews his; who was stopped writes nothing once he is replaced."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.store import engine
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Overtaken, Run
from puq_zimbra.store.tables import lease

from .conftest import NO_LIMITS, Hook, Params
from .faults import child
from .operations import carried_on
from .processes import wait_for

pytestmark = pytest.mark.both_databases

_forks = multiprocessing.get_context("forkserver")


@pytest.fixture
def config(store_settings: dict[str, Any]) -> Config:
    """Settings with leases of a second."""
    limits = {**NO_LIMITS, "lease_seconds": 1}
    return Config.model_validate({"store": store_settings, "limits": limits})


def plain_settings(config: Config) -> dict[str, Any]:
    """The settings as another process is handed them."""
    given = config.model_dump(mode="json", include={"store", "limits"})
    if config.store.url:
        given["store"]["url"] = config.store.url.get_secret_value()
    return given


def ends(config: Config) -> tuple[int, int]:
    """When the one lease that there is ends, by the database's clock and by this machine's."""
    database = engine.make(config)
    with database.connect() as connection:
        row = connection.execute(sa.select(lease.c.until, lease.c.until_here)).one()
    database.dispose()
    return row.until, row.until_here


def test_a_stopped_process_that_is_replaced_sends_nothing(
    hook: Hook, config: Config, params: Params, simulator: Simulator
) -> None:
    """It is stopped after its last look at the clock but one, with the request half sent."""
    hook("create")
    simulator.reset_log()
    answers, sends = _forks.Pipe(duplex=False)
    trap = child.Trap("stop", name=b"ModifyDomainRequest")
    given = (sends, "suspend", params, plain_settings(config), datetime.now(UTC), trap)
    process = _forks.Process(target=child.run, args=given)
    process.start()
    sends.close()
    assert process.pid is not None
    stat = Path(f"/proc/{process.pid}/stat")
    wait_for(lambda: ") T " in stat.read_text())
    told: list[str] = []

    def replaced() -> bool:
        told.append(hook("unsuspend").value["code"])
        return told[-1] != "busy"

    wait_for(replaced)
    os.kill(process.pid, signal.SIGCONT)
    late, _, _ = answers.recv()
    process.join()
    answers.close()

    assert told[0] == "busy"
    assert told[-1] in ("unchanged", "updated")
    assert (late["code"], late["retryable"]) == ("busy", True)
    assert [call.name for call in simulator.writes() if call.ok] == []
    assert simulator.domain("firma.example").first("zimbraDomainStatus") == "active"


def test_a_living_process_keeps_its_service(
    hook: Hook, config: Config, params: Params, simulator: Simulator
) -> None:
    """A request may take longer than a lease."""
    hook("create")
    simulator.delay_next("ModifyDomainRequest", 2.2)
    told: list[str] = []
    other = Runtime(config)
    slow = threading.Thread(
        target=lambda: told.append(dispatch("plain", "suspend", params, other).value["code"])
    )
    slow.start()
    wait_for(lambda: simulator.chaos.pending == 0)
    before = ends(config)
    wait_for(lambda: all(new > old + 1 for new, old in zip(ends(config), before, strict=True)))
    second = hook("unsuspend").value["code"]
    slow.join()
    other.close()

    assert (second, told) == ("busy", ["updated"])


def test_who_was_only_stopped_loses_his_service_to_an_older_operation(
    hook: Hook, runtime: Runtime, worker: Runtime, simulator: Simulator
) -> None:
    """What is carried on next need not be what was stopped."""
    hook("create")
    simulator.drop_next("ModifyDomainRequest", times=2)
    open_one = hook("suspend").value["reference"]
    operations = runtime.store().operations
    newer = Intent("op-newer", "crm.example", "42", "change_password", None, "f")
    run = operations.begin(newer, -10)
    assert isinstance(run, Run)
    stopped = operations.steps(run)
    reply = carried_on(open_one, worker)

    assert reply.code == "updated"
    with pytest.raises(Overtaken):
        stopped.send_until()
    with pytest.raises(Overtaken):
        stopped.sending("SetPassword", "3f2b")
    kept = operations.get("op-newer")
    assert kept is not None
    assert kept.state == "open"
