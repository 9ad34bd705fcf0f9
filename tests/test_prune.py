"""Operations that ended long ago are forgotten; the audit trail and what goes on are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.store import engine
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.tables import operation

from . import databases
from .conftest import Hook
from .test_backup import carry_out

pytestmark = pytest.mark.both_databases

DAY = 86400


@pytest.fixture
def settings(config: Config, tmp_path: Any) -> str:
    """A settings file that keeps operations for 30 days."""
    path = tmp_path / "puq-zimbra.toml"
    path.write_text(databases.toml(config) + "keep_operations_days = 30\n")
    return str(path)


def age(config: Config, number: int, days: int) -> None:
    """Let the first operations have been made so many days earlier."""
    database = engine.make(config)
    older = {c.name: c - days * DAY for c in (operation.c.started_at, operation.c.ended_at)}
    with engine.writer(database).begin() as connection:
        connection.execute(operation.update().where(operation.c.number <= number).values(older))
    database.dispose()


def kept(config: Config) -> list[str]:
    """The operations that there are."""
    database = engine.make(config)
    with database.connect() as connection:
        query = sa.select(operation.c.id).order_by(operation.c.number)
        found = list(connection.execute(query).scalars())
    database.dispose()
    return found


def run(settings: str, *arguments: str) -> Any:
    """What `puq-zimbra store prune` says."""
    done = CliRunner().invoke(cli, ["--config", settings, "store", "prune", "--json", *arguments])
    assert done.exit_code == 0
    return json.loads(done.output)


def test_what_ended_long_ago_is_forgotten(config: Config, settings: str) -> None:
    """More than one transaction takes; what goes on stays however old it is."""
    store = Store.open(config)
    for number in range(600):
        carry_out(store, f"old-{number}")
    carry_out(store, "open", "44", is_open=True)
    store.operations.begin(Intent("runs", "crm.example", "43", "create", None, "f"), 60)
    store.close()
    age(config, 602, 31)
    store = Store.open(config)
    carry_out(store, "new")
    trail = list(store.trail.lines())
    tried = run(settings, "--dry-run")
    assert len(kept(config)) == 603
    done = run(settings)

    assert (tried["forgotten"], done["forgotten"]) == (600, 600)
    assert kept(config) == ["open", "runs", "new"]
    assert list(store.trail.lines()) == trail
    assert len(trail) == 601
    assert all(intact for _, intact in trail)
    store.close()


def test_0_keeps_all(config: Config, settings: str) -> None:
    """Some must by law."""
    store = Store.open(config)
    carry_out(store, "old")
    store.close()
    age(config, 1, 3000)
    text = Path(settings).read_text().replace("= 30", "= 0")
    Path(settings).write_text(text)

    assert run(settings)["forgotten"] == 0
    assert kept(config) == ["old"]


def test_a_forgotten_request_is_carried_out_anew(
    hook: Hook, runtime: Runtime, config: Config, settings: str
) -> None:
    """Its hook looks at what there is, as always."""
    hook("create", request_id="r-1")
    age(config, 1, 31)
    run(settings)

    assert hook("create", request_id="r-1").value["code"] == "already_exists"
