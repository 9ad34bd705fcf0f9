"""The database behind the store: SQLite in the state directory, or PostgreSQL by URL.

What is written counts as written only when it has reached the disk: an intent that a power cut
takes away would leave work that nobody knows of. One transaction writes at a time: in SQLite there
is no other way, in PostgreSQL each takes a lock first, so that what was thought out and tested for
the one holds for the other. Whoever waits longer than a hook may is told `Busy`.

Source: SQLAlchemy Core, "Serializable isolation / Savepoints / Transactional DDL" of its SQLite
dialect; SQLite's "Write-Ahead Logging" and "PRAGMA synchronous"; PostgreSQL's "Advisory Locks" and
"Client Connection Defaults", libpq's "Parameter Key Words".
"""

from __future__ import annotations

import os
import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError

from puq_zimbra.config import Config
from puq_zimbra.errors import Busy, StoreUnusable
from puq_zimbra.store import files

#: milliseconds to wait for the one who writes, and to wait for him with what is worth little
PATIENCE, _HASTE = 10_000, 1_000
#: UPDATE … RETURNING, and more than 999 values in a statement
_SQLITE_FLOOR = (3, 35)
_SQLITE = (f"PRAGMA busy_timeout={PATIENCE}", "PRAGMA foreign_keys=ON")
_POSTGRESQL = (
    "SET lock_timeout = '10s'",
    "SET synchronous_commit = on",
    "SET jit = off",  # it takes longer to compile than any of our statements
    # A machine that lost its network must not keep all others from writing.
    "SET idle_in_transaction_session_timeout = '30s'",
)
#: seconds to reach PostgreSQL, and milliseconds for it to confirm what was sent
_CONNECT = {"connect_timeout": 5, "tcp_user_timeout": 15_000}
#: a sync reads many servers at once, each with a connection of its own
_POOL: dict[str, Any] = {"max_overflow": -1}
#: the advisory lock of the one transaction that writes: "puq_zimb"
_WRITES = int.from_bytes(b"puq_zimb")
#: SQLSTATE of lock_timeout, of a deadlock and of transactions that cannot both be
_LOCKED = {"55P03", "40P01", "40001"}


def make(config: Config) -> Engine:
    """The configured database, which is opened when it is first asked for something.

    Raises:
        Misconfigured: it cannot be used.
    """
    try:
        if config.store.url:
            url = address(config)
            mine = {key: value for key, value in _CONNECT.items() if key not in url.query}
            engine = sa.create_engine(url, hide_parameters=True, connect_args=mine, **_POOL)
            sa.event.listen(engine, "connect", _postgresql_settings)
            sa.event.listen(engine, "begin", _postgresql_begin)
        else:
            if sqlite3.sqlite_version_info < _SQLITE_FLOOR:
                raise StoreUnusable(reason=f"SQLite {sqlite3.sqlite_version} is older than 3.35")
            engine = sa.create_engine(_file(config), hide_parameters=True, **_POOL)
            sa.event.listen(engine, "connect", _sqlite_settings)
            sa.event.listen(engine, "begin", _sqlite_begin)
    except (ArgumentError, ValueError) as error:
        raise StoreUnusable(reason="its url cannot be read") from error
    except ImportError as error:
        raise StoreUnusable(reason=f"{error.name} is not installed") from error
    except OSError as error:
        raise StoreUnusable(error.strerror or type(error).__name__) from error
    sa.event.listen(engine, "handle_error", _as_ours)
    return engine


def writer(engine: Engine) -> Engine:
    """The same database for transactions that write."""
    return engine.execution_options(puqz_writes=True)


def hasty_writer(engine: Engine) -> Engine:
    """The same database for transactions that a power cut may take away, or a long writer."""
    return writer(engine).execution_options(puqz_hasty=True)


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


def address(config: Config) -> URL:
    """Where PostgreSQL is, and with which password."""
    assert config.store.url is not None
    url = make_url(config.store.url.get_secret_value()).set(drivername="postgresql+psycopg")
    secret = config.store.password if url.password is None else None
    return url if secret is None else url.set(password=secret.get_secret_value())


def _file(config: Config) -> URL:
    files.directory(config)
    path = files.database(config)
    path.touch(mode=0o600)
    if not os.access(path, os.W_OK):
        raise PermissionError(path)
    return URL.create("sqlite", database=str(path))


def _sqlite_settings(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins, see _sqlite_begin
    for statement in _SQLITE:
        connection.execute(statement)


def _sqlite_begin(connection: Connection) -> None:
    if not _writes(connection):
        connection.exec_driver_sql("BEGIN")
        return
    # The same connection serves both kinds.
    kind = ("NORMAL", _HASTE) if _hasty(connection) else ("FULL", PATIENCE)
    if connection.info.get("puqz_kind") != kind:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA synchronous={kind[0]}")
        driver.execute(f"PRAGMA busy_timeout={kind[1]}")
        connection.info["puqz_kind"] = kind
    # A transaction that will write takes its lock at once: one that upgrades later may be refused.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_settings(connection: Any, _record: object) -> None:
    connection.execute("; ".join(_POSTGRESQL))
    connection.commit()


def _postgresql_begin(connection: Connection) -> None:
    if _hasty(connection):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    elif _writes(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITES})")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("puqz_writes"))


def _hasty(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("puqz_hasty"))


def _as_ours(context: sa.engine.ExceptionContext) -> None:
    """Let nobody above meet the database's own errors, but for those that are answered here."""
    error = context.original_exception
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        return
    if "database is locked" in str(error) or getattr(error, "sqlstate", None) in _LOCKED:
        raise Busy from error
    # The kind alone: what a driver says may name what was written, and how it was addressed.
    raise StoreUnusable(type(error).__name__) from error
