"""The database behind the store: SQLite in the state directory, or another one by URL.

What is written counts as written only when it has reached the disk (synchronous=FULL): an intent
that a power cut takes away would leave work that nobody knows of. One transaction writes at a time.

Source: SQLAlchemy Core, "Serializable isolation / Savepoints / Transactional DDL" of its SQLite
dialect; SQLite's "Write-Ahead Logging" and "PRAGMA synchronous".
"""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import IntegrityError

from puq_zimbra.config import Config
from puq_zimbra.errors import Busy, StoreUnusable
from puq_zimbra.store import files


def make(config: Config) -> Engine:
    """The configured database, which is opened when it is first asked for something."""
    engine = sa.create_engine(_url(config), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _sqlite_settings)
        sa.event.listen(engine, "begin", _sqlite_begin)
    sa.event.listen(engine, "handle_error", _as_ours)
    return engine


def writer(engine: Engine) -> Engine:
    """The same database for transactions that write."""
    return engine.execution_options(puqz_writes=True)


def write_ahead(engine: Engine) -> None:
    """Have SQLite keep a log beside the database, so that readers wait for nobody."""
    if engine.dialect.name != "sqlite":
        return
    # Kept in the file, and not waited for: two processes that switch at once are refused.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def _url(config: Config) -> str | sa.URL:
    if config.store.url:
        return make_url(config.store.url)
    files.directory(config)
    path = files.database(config)
    path.touch(mode=0o600)
    if not os.access(path, os.W_OK):
        raise PermissionError(path)
    return sa.URL.create("sqlite", database=str(path))


def _sqlite_settings(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins, see _sqlite_begin
    for pragma in ("busy_timeout=10000", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute("PRAGMA " + pragma)


def _sqlite_begin(connection: Connection) -> None:
    # A transaction that will write takes its lock at once: one that upgrades later may be refused.
    writes = connection.get_execution_options().get("puqz_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _as_ours(context: sa.engine.ExceptionContext) -> None:
    """Let nobody above meet the database's own errors, but for those that are answered here."""
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        return
    if "database is locked" in str(context.original_exception):
        raise Busy from context.original_exception
    raise StoreUnusable(type(context.original_exception).__name__) from context.original_exception
