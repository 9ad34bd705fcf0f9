"""Open the store: SQLite in the state directory by default, another database by URL.

What is written counts as written only when it has reached the disk (synchronous=FULL): an intent
that a power cut takes away would leave work that nobody knows of.

Source: SQLAlchemy Core, "Serializable isolation / Savepoints / Transactional DDL" of its SQLite
dialect; SQLite's "Write-Ahead Logging" and "PRAGMA synchronous".
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from puq_zimbra.config import Config
from puq_zimbra.errors import Busy, Misconfigured, StoreUnusable
from puq_zimbra.store.figures import Figures
from puq_zimbra.store.from_1_to_2 import FROM_1_TO_2
from puq_zimbra.store.operations import Operations
from puq_zimbra.store.tables import VERSION, metadata, schema

#: length of the key file
_KEY_BYTES = 32


class Store:
    """Our own memory."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        writer = engine.execution_options(puqz_writes=True)
        self.figures = Figures(engine, writer)
        self.operations = Operations(engine, writer, key)

    @classmethod
    def open(cls, config: Config) -> Store:
        """Open the configured store, and make it if it is new.

        Raises:
            Misconfigured: it cannot be opened, or a newer version made it.
        """
        try:
            engine = sa.create_engine(_url(config))
            if engine.dialect.name == "sqlite":
                sa.event.listen(engine, "connect", _sqlite_settings)
                sa.event.listen(engine, "begin", _sqlite_begin)
            sa.event.listen(engine, "handle_error", _as_ours)
            with _alone(config):
                if engine.dialect.name == "sqlite":
                    _sqlite_wal(engine)
                with engine.execution_options(puqz_writes=True).begin() as connection:
                    _migrate(connection)
                    metadata.create_all(connection)
                    _check_version(connection)
                return cls(engine, _key(config))
        except (SQLAlchemyError, ArgumentError, OSError, ImportError) as error:
            raise StoreUnusable(getattr(error, "strerror", None) or type(error).__name__) from error

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def _directory(config: Config) -> Path:
    directory = config.store_directory()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def _url(config: Config) -> str | sa.URL:
    if config.store.url:
        return make_url(config.store.url)
    path = _directory(config) / "store.db"
    path.touch(mode=0o600)
    if not os.access(path, os.W_OK):
        raise PermissionError(path)
    return sa.URL.create("sqlite", database=str(Path(path).absolute()))


@contextmanager
def _alone(config: Config) -> Iterator[None]:
    """Let one process at a time make a new store."""
    with (_directory(config) / "opening").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sqlite_wal(engine: Engine) -> None:
    # Kept in the file, and not waited for: two processes that switch at once are refused.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def _key(config: Config) -> bytes:
    """The secret that fingerprints of calls are made with, so that none can be guessed back.

    Called by one process at a time (`_alone`).
    """
    path = _directory(config) / "key"
    if not path.exists():
        # Whole or not at all: a power cut must not leave a short key, which could be guessed.
        new = path.with_name("key.new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        with new.open("wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise Misconfigured(
            "The key file %(path)s is damaged: put it back from a backup.", path=str(path)
        )
    return key


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


def _migrate(connection: Connection) -> None:
    """Bring a store of version 1 to version 2."""
    if not sa.inspect(connection).has_table(schema.name):
        return
    if connection.execute(sa.select(schema.c.version)).scalar() == 1:
        for statement in FROM_1_TO_2:
            connection.exec_driver_sql(statement)
        connection.execute(schema.update().values(version=2))


def _check_version(connection: Connection) -> None:
    version = connection.execute(sa.select(schema.c.version)).scalar()
    if version is None:
        connection.execute(schema.insert(), {"version": VERSION})
    elif version != VERSION:
        raise Misconfigured(
            "The store has version %(found)s, this program works with %(known)s.",
            found=version,
            known=VERSION,
        )
