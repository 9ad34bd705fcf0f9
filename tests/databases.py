"""The databases that a store can be in, for tests that are run on each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from puq_zimbra.config import Config
from puq_zimbra.store import engine

#: names a PostgreSQL database in which the tests may make and drop schemas
VARIABLE = "PUQZ_TEST_POSTGRES"
KINDS = ("sqlite", "postgresql")


def settings(kind: str, directory: Path) -> Iterator[dict[str, Any]]:
    """`[store]` of a store that is not there yet, and is gone afterwards."""
    if kind == "sqlite":
        yield {"dir": str(directory)}
        return
    if VARIABLE not in os.environ:
        pytest.skip(f"{VARIABLE} names no PostgreSQL")
    # What a test left open must fail it, and not hold up the others.
    server = sa.create_engine(os.environ[VARIABLE], connect_args={"options": "-clock_timeout=20s"})
    schema = "test_" + secrets.token_hex(8)
    with server.begin() as connection:
        connection.execute(sa.schema.CreateSchema(schema))
    url = server.url.update_query_dict({"options": f"-csearch_path={schema}"})
    yield {"dir": str(directory), "url": url.render_as_string(hide_password=False)}
    with server.begin() as connection:
        connection.execute(sa.schema.DropSchema(schema, cascade=True))
    server.dispose()


@contextmanager
def own_postgresql(directory: Path) -> Iterator[dict[str, Any]]:
    """`[store]` in a database of its own: locks are a database's, and other tests take them too."""
    if VARIABLE not in os.environ:
        pytest.skip(f"{VARIABLE} names no PostgreSQL")
    server = sa.create_engine(os.environ[VARIABLE], isolation_level="AUTOCOMMIT")
    name = "test_" + secrets.token_hex(8)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        url = server.url.set(database=name)
        yield {"dir": str(directory), "url": url.render_as_string(hide_password=False)}
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def toml(config: Config) -> str:
    """`[store]` of a settings file."""
    text = f'[store]\ndir = "{config.store.dir}"\n'
    return text + (f'url = "{config.store.url.get_secret_value()}"\n' if config.store.url else "")


def execute(config: Config, *statements: str) -> None:
    """Do something to the store that no version of ours would."""
    database = engine.make(config)
    try:
        with engine.writer(database).begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        database.dispose()


def everything(config: Config) -> bytes:
    """All that the database holds; of SQLite also what it has not yet overwritten."""
    if not config.store.url:
        return b"".join(p.read_bytes() for p in config.store_directory().glob("store.db*"))
    database = engine.make(config)
    with database.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = [connection.exec_driver_sql(f'select * from "{t}"').all() for t in tables]
    database.dispose()
    return repr(rows).encode()
