"""`puq-zimbra doctor`: our own memory, looked at without changing it.

Source: SQLite "Write-Ahead Logging" (read-only databases), "PRAGMA integrity_check", "PRAGMA
query_only"; PostgreSQL "Access Privilege
Inquiry Functions", "Client Connection Defaults" (transaction_read_only).
"""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from puq_zimbra.commands.doctor_findings import Finding, Findings
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured, StoreUnusable
from puq_zimbra.store import engine, files, migrations
from puq_zimbra.store.tables import operation
from puq_zimbra.units import MB

#: bytes free, below which there is a warning and an error
_LITTLE, _TOO_LITTLE = 1024 * MB, 100 * MB
#: seconds for looking through a SQLite database
_PATIENCE = 10.0
#: steps of SQLite's machine between two looks at the clock
_STEPS = 100_000


def space(config: Config) -> Findings:
    """How much room the state directory's disk has."""
    directory = config.store_directory()
    there = next(
        one for one in (directory, *directory.absolute().parents) if os.access(one, os.F_OK)
    )
    free = shutil.disk_usage(there).free
    shown = f"{free // MB} MB are free for the state directory {directory}"
    command = f"df -h {shlex.quote(str(there))}"
    if free < _TOO_LITTLE:
        yield Finding(
            "space", "error", f"{shown}: nothing can be noted when it is full.", (command,)
        )
    elif free < _LITTLE:
        yield Finding("space", "warning", f"{shown}.", (command,))
    else:
        yield Finding("space", "ok", f"{shown}.")


def store(config: Config) -> Findings:
    """Whether the store opens, is whole and of this program's version, and has its key."""
    path = files.database(config)
    try:
        if not config.store.url and not path.exists():
            yield _none_yet(str(path))
            return
    except PermissionError:
        command = f"ls -ld {shlex.quote(str(path.parent))}"
        yield Finding("store", "error", f"The store {path} is out of reach.", (command,))
        return
    if not config.store.url and not os.access(path, os.R_OK | os.W_OK):
        command = f"ls -l {shlex.quote(str(path))}"
        yield Finding("store", "error", f"The store {path} cannot be written.", (command,))
        return
    yield from _postgresql(config) if config.store.url else _sqlite(config, path)


def _none_yet(place: str) -> Finding:
    words = f"There is no store in {place} yet: the first hook makes it."
    return Finding("store", "note", words, ("puq-zimbra operations",))


def _sqlite(config: Config, path: Path) -> Findings:
    place = shlex.quote(str(path))
    try:
        with closing(_looking_only(path)) as connection:
            problem = _damage(connection)
            version = connection.execute("SELECT version FROM schema").fetchone()
            used = connection.execute("SELECT 1 FROM operation LIMIT 1").fetchone() is not None
    except sqlite3.Error as error:
        if "locked" in str(error):
            words = f"The store {path} is locked by another program."
            yield Finding("store", "warning", words, (f"fuser -v {place}",))
            return
        problem, version, used = "it cannot be read as a database", None, True
    if problem is None:
        words = f"The store {path} was not looked through within {_PATIENCE:g} seconds."
        command = "puq-zimbra store backup /var/backups"
        yield Finding("store", "note", words, (command,))
    elif problem:
        words = f"The store {path} is damaged: {problem}."
        yield Finding("store", "error", words, ("puq-zimbra store restore --replace BACKUP",))
        return
    yield from _version(version and version[0])
    yield from _key(config, used=used)


def _looking_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing.

    A reader of a database with a log beside it needs the log's files. Where they are, they stay as
    they are for one that may only read; where they are not, only one that may write takes them
    away again.
    """
    log = path.with_name(path.name + "-wal")
    how = "mode=ro" if log.exists() else "mode=rw"
    address = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(address, uri=True, timeout=2, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _damage(connection: sqlite3.Connection) -> str | None:
    """What is wrong with a database; "" = nothing, None = there was no time to look at it all."""
    end = time.monotonic() + _PATIENCE
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return "" if found == ("ok",) else "its parts do not fit each other"


def _postgresql(config: Config) -> Findings:
    try:
        database = engine.make(config)
        try:
            with database.connect() as connection:
                yield from _database(config, connection)
        finally:
            database.dispose()
    except StoreUnusable as error:
        url = engine.address(config)
        place = [f"-h {shlex.quote(url.host)}"] if url.host else []
        command = " ".join(["pg_isready", *place, f"-p {url.port or 5432}"])
        yield Finding("store", "error", str(error), (command,))


def _database(config: Config, connection: sa.Connection) -> Findings:
    version = migrations.found(connection)
    if version is None:
        yield _none_yet("the database")
        return
    read_only = connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    # Named together, any one of them would do.
    changes = ("INSERT", "UPDATE", "DELETE")
    may = sa.and_(*(sa.func.has_table_privilege(operation.name, word) for word in changes))
    if read_only:
        words = "The store's database cannot be written: it is a standby, or set to be read only."
        yield Finding("store", "error", words, ("psql -c 'SELECT pg_is_in_recovery()'",))
    elif not connection.execute(sa.select(may)).scalar():
        words = "The store's database may not be written by the user of [store] url."
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
        role = engine.address(config).username or "ROLE"
        grant = f"GRANT SELECT, {', '.join(changes)} ON ALL TABLES IN SCHEMA {schema} TO {role}"
        yield Finding("store", "error", words, (f"psql -c {shlex.quote(grant)}",))
    yield from _version(version)
    used = connection.execute(sa.select(operation.c.id).limit(1)).first() is not None
    yield from _key(config, used=used)


def _version(version: int | None) -> Findings:
    if version is None:
        words = "The store does not say which version it has."
        yield Finding("store", "error", words, ("puq-zimbra store restore --replace BACKUP",))
        return
    try:
        steps = migrations.missing(version)
    except Misconfigured as error:
        command = "pip install --upgrade puq_zimbra"
        yield Finding("store", "error", str(error), (command,))
        return
    if steps:
        words = f"The store is whole, of the older version {version}: the next hook changes it."
        commands = ("puq-zimbra store backup /var/backups", "puq-zimbra store migrate")
        yield Finding("store", "warning", words, commands)
    else:
        yield Finding("store", "ok", f"The store is whole and of this program's version {version}.")


def _key(config: Config, *, used: bool) -> Findings:
    path = files.key_file(config)
    place = shlex.quote(str(path))
    try:
        key = files.read_key(config)
        mode = path.stat().st_mode if key is not None else 0
    except (Misconfigured, OSError) as error:
        words = (
            str(error)
            if isinstance(error, Misconfigured)
            else f"The store's key file {path} cannot be read: {error.strerror}."
        )
        commands = (f"ls -l {place}", "puq-zimbra store restore --replace BACKUP")
        yield Finding("store", "error", words, commands)
        return
    if key is None and used:
        yield Finding(
            "store",
            "error",
            f"The store's key file {path} is missing, without which no hook runs.",
            ("puq-zimbra store restore --replace BACKUP",),
        )
    elif mode & 0o077:
        words = f"Others than its owner may read or change the store's key file {path}."
        yield Finding("store", "error", words, (f"chmod 600 {place}",))
    elif key is not None:
        yield Finding(
            "store", "ok", f"The store's key file {path} is there, and its owner's alone."
        )
