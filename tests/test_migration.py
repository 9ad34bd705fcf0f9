"""A store of an earlier version is brought up to date when it is opened, and loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.store.database import Store
from puq_zimbra.store.tables import metadata

VERSION_1 = Path(__file__).parent / "data" / "store-1.sql"
OPERATIONS = """
insert into schema values (1);
insert into operation values
    (1, 'op-1', 'crm', '42', 'create', null, 'f', 'abandoned', 10, null, null),
    (2, 'op-2', 'crm', '42', 'create', 'r-2', 'f', 'done', 20, 30,
     '{"code": "created", "message": "It was done.", "places": {}, "data": {}}'),
    (3, 'op-3', 'crm', '43', 'suspend', null, 'f', 'running', 40, null, null);
insert into lease values ('crm', '43', 'op-3', 'vm:1:1', 50);
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings for a store that version 1 made."""
    database = sqlite3.connect(tmp_path / "store.db")
    database.executescript(VERSION_1.read_text() + OPERATIONS)
    database.close()
    return Config.model_validate({"store": {"dir": str(tmp_path)}})


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    """That store, opened."""
    opened = Store.open(config)
    yield opened
    opened.close()


def test_operations_of_version_1_are_kept(store: Store) -> None:
    """What was done stays answered; what a dead process left is known as such."""
    kept = list(store.operations.all())

    assert [(one.id, one.state) for one in kept] == [
        ("op-1", "superseded"),
        ("op-2", "done"),
        ("op-3", "abandoned"),
    ]
    assert kept[1].reply is not None
    assert kept[1].reply.code == "created"
    assert [one.id for one in store.operations.unfinished()] == ["op-3"]


def test_the_tables_are_as_a_new_store_has_them(store: Store, config: Config) -> None:
    """A statement that is forgotten shows here and not in a provider's log."""
    engine = sa.create_engine(f"sqlite:///{config.store_directory() / 'store.db'}")
    found = sa.inspect(engine)

    for table in metadata.tables.values():
        columns = {one["name"]: one["nullable"] for one in found.get_columns(table.name)}
        assert columns == {one.name: one.nullable for one in table.columns}
        indexes = {one["name"] for one in found.get_indexes(table.name)}
        assert indexes == {one.name for one in table.indexes}
        key = found.get_pk_constraint(table.name)["constrained_columns"]
        assert set(key) == {one.name for one in table.primary_key}
    engine.dispose()


def test_an_open_store_is_not_brought_up_to_date_twice(config: Config) -> None:
    """The second process finds the work done."""
    for _ in range(2):
        Store.open(config).close()
