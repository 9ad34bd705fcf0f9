"""The database behind the store: SQLite in the state directory, or PostgreSQL by URL.

A commit returns when it has reached the disk: an intent that a power cut takes away would leave
work that no record names. In SQLite one transaction writes at a time. In PostgreSQL transactions
wait for those of the same service or server (`locks`). A lock that is not free within 10 seconds is
answered by `Busy`.

SQLite would go on writing to a deleted file, and make a new file where one is missing. So the file
is opened only if it exists, and checked before each transaction.

Source: SQLAlchemy Core, "Serializable isolation / Savepoints / Transactional DDL" of its SQLite
dialect; SQLite's "Write-Ahead Logging", "VACUUM" and "PRAGMA synchronous"; PostgreSQL's "Advisory
Locks" and "Client Connection Defaults", libpq's "Parameter Key Words".
"""

from __future__ import annotations

import errno
import os
import sqlite3
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError

from puq_zimbra.config import Config
from puq_zimbra.errors import StoreUnusable
from puq_zimbra.store import files, locks, trouble

#: milliseconds to wait for another writer; the second for writes that may be lost
PATIENCE, _HASTE = 10_000, 1_000
#: UPDATE … RETURNING, and more than 999 values in a statement
_SQLITE_FLOOR = (3, 35)
_SQLITE = (f"PRAGMA busy_timeout={PATIENCE}", "PRAGMA foreign_keys=ON")
_POSTGRESQL = (
    "SET lock_timeout = '10s'",
    "SET synchronous_commit = on",
    "SET jit = off",  # it takes longer to compile than any statement here takes to run
    # A machine that lost its network must not block the others.
    "SET idle_in_transaction_session_timeout = '30s'",
)
#: seconds to reach PostgreSQL, and milliseconds for it to confirm what was sent
_CONNECT = {"connect_timeout": 5, "tcp_user_timeout": 15_000}
#: a sync reads many servers at once, each with a connection of its own
_POOL: dict[str, Any] = {"max_overflow": -1}


def make(config: Config) -> Engine:
    """The configured database, which is opened when it is first asked for something.

    Raises:
        Misconfigured: it cannot be used.
        StoreAway: it cannot be used just now.
    """
    try:
        if config.store.url:
            url = address(config)
            mine = {key: value for key, value in _CONNECT.items() if key not in url.query}
            # A connection that a restart of PostgreSQL has cut is made anew.
            ping: dict[str, Any] = {"pool_pre_ping": True, **_POOL}
            engine = sa.create_engine(url, hide_parameters=True, connect_args=mine, **ping)
            sa.event.listen(engine, "connect", _postgresql_settings)
            sa.event.listen(engine, "begin", _postgresql_begin)
        else:
            if sqlite3.sqlite_version_info < _SQLITE_FLOOR:
                raise StoreUnusable(reason=f"SQLite {sqlite3.sqlite_version} is older than 3.35")
            engine = sa.create_engine(_file(config), hide_parameters=True, **_POOL)
            sa.event.listen(engine, "connect", _sqlite_settings)
            sa.event.listen(engine, "begin", _sqlite_begin)
            opened = files.Opened.now(files.database(config))
            sa.event.listen(engine, "begin", lambda _connection: opened.require_there())
    except (ArgumentError, ValueError) as error:
        raise StoreUnusable(reason="its url cannot be read") from error
    except ImportError as error:
        raise StoreUnusable(reason=f"{error.name} is not installed") from error
    except OSError as error:
        raise trouble.of(error, str(files.database(config))) from error
    sa.event.listen(engine, "handle_error", partial(_as_ours, place(config)))
    return engine


def place(config: Config) -> str:
    """Where the store is, as messages name it: its file, or the database's host and name."""
    if not config.store.url:
        return str(files.database(config))
    url = make_url(config.store.url.get_secret_value())
    return f"{url.host or 'localhost'}/{url.database or ''}"


def writer(engine: Engine, *held: locks.Lock) -> Engine:
    """The same database for transactions that write under locks; without any, under the store's."""
    return engine.execution_options(**writing(*held))


def writing(*held: locks.Lock) -> dict[str, Any]:
    """The execution options of transactions that write under locks."""
    return {"puqz_locks": held}


def hasty_writer(engine: Engine) -> Engine:
    """The same database for transactions that may be lost by a power cut or a long writer."""
    return writer(engine).execution_options(puqz_hasty=True)


def write_ahead(engine: Engine) -> None:
    """Switch SQLite to a write-ahead log, so that readers wait for no writer.

    Raises:
        sqlite3.Error: it is damaged, or its disk is full.
    """
    if engine.dialect.name != "sqlite":
        return
    # The mode is kept in the file. SQLite refuses the second of two processes that switch at once.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def vacuum(engine: Engine) -> bool:
    """Write SQLite's file anew without what was deleted; false while others read the old one.

    PostgreSQL does so by itself.

    Raises:
        sqlite3.Error: others write, or the disk is full.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone() or (1,)
        return not busy
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
    files.require_database(config)
    path.touch(mode=0o600)
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return URL.create("sqlite", database=path.as_uri(), query={"mode": "rw", "uri": "true"})


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
    # A writing transaction takes its lock at once: SQLite may refuse to upgrade one later.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_settings(connection: Any, _record: object) -> None:
    connection.autocommit = True  # we say when a transaction begins, see _postgresql_begin
    connection.execute("; ".join(_POSTGRESQL))


def _postgresql_begin(connection: Connection) -> None:
    statements = ["BEGIN"]
    if _hasty(connection):
        statements.append("SET LOCAL synchronous_commit = off")
    elif _writes(connection):
        statements.append(locks.statement(connection.get_execution_options()["puqz_locks"]))
    # One message, not two: a transaction costs as much as its round trips.
    unstreamed: Any = {"stream_results": False, "yield_per": None}
    connection.exec_driver_sql("; ".join(statements), execution_options=unstreamed)


def _writes(connection: Connection) -> bool:
    return "puqz_locks" in connection.get_execution_options()


def _hasty(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("puqz_hasty"))


def _as_ours(place: str, context: sa.engine.ExceptionContext) -> None:
    """Replace the database's own errors, except those that the store itself handles."""
    if isinstance(context.sqlalchemy_exception, IntegrityError) or context.is_pre_ping:
        return
    error = context.original_exception
    raise trouble.of(error, place) from error
