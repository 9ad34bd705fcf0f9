"""Stores of older versions: the first process that opens one brings it up to date."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from puq_zimbra.cli import cli
from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Misconfigured, StoreAway, StoreUnusable
from puq_zimbra.store import engine, files, migrations
from puq_zimbra.store.database import Store
from puq_zimbra.store.tables import VERSION, metadata, schema

from . import databases, version_4
from .conftest import Hook, Params
from .test_operations import together

pytestmark = pytest.mark.both_databases


def shape(config: Config) -> dict[str, Any]:
    """The tables as the database knows them: columns, keys, indexes, whatever their order."""
    database = engine.make(config)
    found: dict[str, Any] = {}
    with database.connect() as connection:
        inspector = sa.inspect(connection)
        for table in inspector.get_table_names():
            columns = {
                column["name"]: (type_of(database, column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            }
            found[table] = (
                columns,
                inspector.get_pk_constraint(table)["constrained_columns"],
                sorted((i["name"], i["column_names"]) for i in inspector.get_indexes(table)),
                sorted(u["column_names"] for u in inspector.get_unique_constraints(table)),
                sorted(f["constrained_columns"] for f in inspector.get_foreign_keys(table)),
                keeps_no_rowid(connection, table),
            )
        found["version"] = migrations.found(connection)
    database.dispose()
    return found


def keeps_no_rowid(connection: sa.Connection, table: str) -> bool:
    """Whether SQLite keeps a table's rows in its primary key alone."""
    if connection.dialect.name != "sqlite":
        return False
    made = "SELECT sql FROM sqlite_master WHERE name = ?"
    return "WITHOUT ROWID" in connection.exec_driver_sql(made, (table,)).scalar_one()


def type_of(database: sa.Engine, kind: object) -> str:
    """A column's type; SQLite keeps the same numbers in a BIGINT and in an INTEGER."""
    name = str(kind)
    return name.replace("BIGINT", "INTEGER") if database.dialect.name == "sqlite" else name


@pytest.fixture
def old(config: Config) -> Config:
    """Settings of a store of version 4."""
    files.directory(config)
    database = engine.make(config)
    engine.write_ahead(database)
    dialect = database.dialect.name
    database.dispose()
    databases.execute(config, *version_4.statements(dialect))
    files.write_whole(files.key_file(config), version_4.KEY)
    return config


@pytest.fixture
def fresh(config: Config, tmp_path: Path) -> Iterator[Config]:
    """Settings of another store in the same kind of database, which is not there yet."""
    kind = "postgresql" if config.store.url else "sqlite"
    for store in databases.settings(kind, tmp_path / "fresh"):
        yield Config.model_validate({"store": store})


def test_a_store_of_version_4_becomes_one_of_today(old: Config, fresh: Config) -> None:
    """Everything that a new store has, and everything that the old one held."""
    store = Store.open(old)
    usage = store.usage.latest("crm.example", "42")
    mailboxes = store.usage.mailboxes(usage) if usage else ()
    trail = [(line["event"], intact) for line, intact in store.trail.lines()]
    store.close()
    Store.open(fresh).close()

    assert shape(old) == shape(fresh)
    assert shape(old)["version"] == VERSION == migrations.missing(None)[-1]
    assert usage is not None
    assert (usage.used, usage.limit, len(mailboxes)) == (31457280, 53687091200, 1)
    assert trail == [("create", True), ("suspend", True)]


def test_a_new_store_is_as_the_tables_say(config: Config, fresh: Config) -> None:
    """The files make it, and the statements are built from the tables: both must say the same."""
    Store.open(config).close()
    files.directory(fresh)
    database = engine.make(fresh)
    with engine.writer(database).begin() as connection:
        metadata.create_all(connection)
        connection.execute(schema.insert().values(version=VERSION))
    database.dispose()

    assert shape(config) == shape(fresh)


def test_operations_of_version_4_are_kept(old: Config) -> None:
    """What was done stays answered; what a dead process left is known as such."""
    store = Store.open(old)
    kept = list(store.operations.all())
    unfinished = [one.id[-1] for one in store.operations.unfinished()]
    store.close()

    states = [(one.id[-1], one.state) for one in kept]
    assert states == [
        ("1", "done"),
        ("2", "superseded"),
        ("3", "done"),
        ("4", "abandoned"),
        ("5", "open"),
    ]
    assert kept[0].reply is not None
    assert (kept[0].reply.code, unfinished) == ("created", ["4", "5"])


def test_hooks_that_meet_an_older_store_go_on(old: Config, params: Params) -> None:
    """Eight processes after an upgrade: none is refused, and all steps are made once."""

    def create(number: int) -> str:
        given = {**params, "service": {**params["service"], "id": f"9{number}"}}
        given["service"]["domain"] = f"d{number}.example"
        runtime = Runtime(old)
        try:
            return str(dispatch("plain", "create", given, runtime).value["code"])
        finally:
            runtime.close()

    assert together(8, create) == ["created"] * 8
    assert shape(old)["version"] == VERSION


ADDS = """-- What tomorrow adds.
ALTER TABLE operation ADD COLUMN of_tomorrow TEXT;
CREATE TABLE tomorrow (a INTEGER);
"""
BREAKS = "CREATE TABLE later (a INTEGER);\nINSERT INTO nowhere VALUES (1);\n"


def tomorrow(folder: Path, *more: str) -> Path:
    """Today's migrations and more of them."""
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for number, text in enumerate(more, VERSION + 1):
        (folder / f"{number:04}_more.sql").write_text(text)
    return folder


def columns(config: Config) -> int:
    """How many columns the operations have."""
    return len(shape(config)["operation"][0])


def test_all_steps_are_made_or_none(old: Config, tmp_path: Path) -> None:
    """A step that fails leaves the store as the version before had it."""
    Store.open(old).close()
    before = shape(old)
    database = engine.make(old)
    folder = tomorrow(tmp_path / "folder", ADDS, BREAKS)
    with pytest.raises((StoreUnusable, StoreAway)):
        migrations.make_current(database, folder)
    database.dispose()

    assert shape(old) == before


def test_a_hook_under_way_outlives_the_upgrade(old: Config, hook: Hook, tmp_path: Path) -> None:
    """Its process has the code of the version before, and the store open."""
    assert hook("create", service={"id": "7"}).value["code"] == "created"
    before = columns(old)
    database = engine.make(old)
    folder = tomorrow(tmp_path / "folder", ADDS)
    migrations.make_current(database, folder)
    migrations.make_current(database, folder)
    database.dispose()

    assert hook("suspend", service={"id": "7"}).value["code"] == "updated"
    assert (columns(old), shape(old)["version"]) == (before + 1, VERSION + 1)


def test_machines_that_upgrade_together_make_each_step_once(old: Config, tmp_path: Path) -> None:
    """They share a database and no lock of files."""
    folder = tomorrow(tmp_path / "folder", ADDS)

    def upgrade(_: int) -> None:
        database = engine.make(old)
        migrations.make_current(database, folder)
        database.dispose()

    before = columns(old)
    together(6, upgrade)

    assert shape(old)["version"] == VERSION + 1
    assert columns(old) > before


def test_a_newer_store_is_refused_by_name(old: Config, hook: Hook) -> None:
    """After a package was taken back: nothing is written, and the message says what to do."""
    Store.open(old).close()
    databases.execute(old, f"UPDATE schema SET version = {VERSION + 1}")
    before = shape(old)
    answer = hook("create")

    assert answer.value["code"] == "misconfigured"
    assert "update puq_zimbra" in answer.value["message"]
    assert shape(old) == before
    with pytest.raises(Misconfigured):
        Store.open(old)


@pytest.mark.parametrize("version", [1, 3])
def test_a_store_that_is_too_old_is_refused_by_name(old: Config, hook: Hook, version: int) -> None:
    """The message says which program brings it up to date; nothing is written."""
    databases.execute(old, f"UPDATE schema SET version = {version}")
    before = shape(old)
    answer = hook("create")

    assert answer.value["code"] == "misconfigured"
    assert f"version {version}, which is too old" in answer.value["message"]
    assert "store migrate of puq_zimbra 0.1" in answer.value["message"]
    assert shape(old) == before


def test_a_new_store_is_made_once(config: Config) -> None:
    """Eight processes that are the first."""
    barrier = threading.Barrier(8)

    def make(_: int) -> None:
        barrier.wait()
        Store.open(config).close()

    together(8, make)

    database = engine.make(config)
    with database.connect() as connection:
        versions = connection.exec_driver_sql("SELECT version FROM schema").scalars().all()
    database.dispose()
    assert versions == [VERSION]


def test_the_command_says_from_where_to_where(old: Config, tmp_path: Any) -> None:
    """For those who upgrade by hand, before the first hook does it."""
    (tmp_path / "puq-zimbra.toml").write_text(databases.toml(old))
    command = ["--config", str(tmp_path / "puq-zimbra.toml"), "store", "migrate", "--json"]
    before = shape(old)
    tried = CliRunner().invoke(cli, [*command, "--dry-run"])
    assert shape(old) == before
    done = CliRunner().invoke(cli, command)
    again = CliRunner().invoke(cli, command)

    expected = {"from": 4, "to": VERSION}
    assert json.loads(tried.output) == {**expected, "dry_run": True}
    assert json.loads(done.output) == {**expected, "dry_run": False}
    assert json.loads(again.output)["from"] == VERSION
    assert shape(old)["version"] == VERSION
