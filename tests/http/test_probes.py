"""What anybody may ask: whether hooks can be answered, and the figures for Prometheus."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.store import engine, files
from puq_zimbra.store.tables import usage
from tests import databases
from tests.conftest import Hook, Params
from tests.processes import wait_for

from .serving import Caller, Service


def readiness(caller: Caller) -> tuple[int, Any]:
    """Whether hooks can be answered: status and body."""
    heard = caller.get("/readyz")
    return heard.status, json.loads(heard.body)


AWAY = (503, {"ok": False, "code": "unavailable"})


def test_readiness_knows_that_the_store_is_gone(
    caller: Caller, config: Config, params: Params, tmp_path: Path
) -> None:
    """Whoever balances loads, or watches, sends nothing here until it is back."""
    assert caller.call("create", params).status == 201
    assert readiness(caller) == (200, {"ok": True})
    directory = files.database(config).parent
    directory.rename(tmp_path / "away")
    wait_for(lambda: readiness(caller) == AWAY)
    assert caller.call("suspend", params).status == 503
    assert b"puq_zimbra_store_up 0.0" in caller.get("/metrics").body

    (tmp_path / "away").rename(directory)
    wait_for(lambda: readiness(caller)[0] == 200)
    assert caller.call("suspend", params).status == 200


@pytest.mark.both_databases
def test_readiness_writes(service: Service, caller: Caller, config: Config) -> None:
    """A store that can be read alone carries no hook: its disk may be full."""
    assert readiness(caller) == (200, {"ok": True})
    databases.execute(config, "ALTER TABLE schema RENAME TO elsewhere")

    wait_for(lambda: readiness(caller) == AWAY)


def test_many_who_ask_for_readiness_cost_no_more_than_one(caller: Caller, config: Config) -> None:
    """Anybody may ask: it is looked at once a second; while others write it is ready."""
    assert readiness(caller)[0] == 200
    database = engine.make(config)
    with engine.writer(database).begin():  # whoever wants to write waits for a second
        began = time.monotonic()
        heard = {readiness(caller)[0] for _ in range(20)}
        seconds = time.monotonic() - began
    database.dispose()

    assert heard == {200}
    assert seconds < 10


def test_the_age_of_figures_costs_no_more_with_many_readings(
    runtime: Runtime, hook: Hook, config: Config
) -> None:
    """/metrics needs no signature: what it costs must not grow with the years."""
    hook("create")
    hook("usage", service=None)
    figures = runtime.store().usage
    newest = figures.newest()
    before = steps_of(runtime, figures.newest)
    with engine.writer(runtime.store()._engine).begin() as connection:
        row = dict(connection.execute(sa.select(usage)).mappings().one())
        first = row["measured_at"]
        older = [{**row, "measured_at": first - number} for number in range(1, 20_000)]
        connection.execute(usage.insert(), older)

    assert newest == figures.newest()
    assert len(newest) == 1
    assert steps_of(runtime, figures.newest) <= 2 * before


def steps_of(runtime: Runtime, work: Any) -> int:
    """How many steps SQLite's machine takes for something, in tens."""
    counted = []

    def count() -> int:
        counted.append(1)
        return 0

    pool = runtime.store()._engine.pool
    with pool.connect() as connection:
        connection.set_progress_handler(count, 10)
    work()
    with pool.connect() as connection:
        connection.set_progress_handler(None, 0)
    return len(counted)
