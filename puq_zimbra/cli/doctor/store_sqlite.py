"""What `puq-zimbra doctor` says of a store in SQLite, which is not changed.

Source: SQLite "Write-Ahead Logging" (read-only databases), "PRAGMA integrity_check", "PRAGMA
query_only".
"""

from __future__ import annotations

import shlex
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from puq_zimbra.cli.doctor import store_contents
from puq_zimbra.cli.doctor.endings import UNSAID, unsaid
from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.config import Config
from puq_zimbra.store.tables import VERSION

#: seconds for reading through a database
_SECONDS = 10.0
#: steps of SQLite's machine between two looks at the clock
_STEPS = 100_000


def check(config: Config, path: Path) -> Findings:
    """Check that the database is whole, of this version, and fits its key."""
    try:
        with closing(_read_only(path)) as connection:
            problem = _damage(connection)
            version = connection.execute("SELECT version FROM schema").fetchone()
            used = connection.execute("SELECT 1 FROM operation LIMIT 1").fetchone() is not None
            is_current = version is not None and version[0] == VERSION
            waiting = connection.execute(store_contents.UNFINISHED).fetchall() if is_current else []
            whole = is_current and problem == ""
            endings = connection.execute(UNSAID).fetchall() if whole else []
    except sqlite3.Error as error:
        if "locked" in str(error):
            words = f"The store {path} is locked by another program."
            yield Finding("store", "warning", words, (f"fuser -v {shlex.quote(str(path))}",))
            return
        problem, version, used = "it cannot be read as a database", None, True
        waiting = endings = []
    if problem is None:
        words = f"The store {path} was not read through within {_SECONDS:g} seconds."
        command = "puq-zimbra store backup /var/backups"
        yield Finding("store", "note", words, (command,))
    elif problem:
        words = f"The store {path} is damaged: {problem}."
        yield Finding("store", "error", words, ("puq-zimbra store restore --replace BACKUP",))
        return
    yield from store_contents.version(version and version[0])
    yield from store_contents.key(config, used=used)
    yield from store_contents.held_operations(
        config, [store_contents.Waiting(*row) for row in waiting]
    )
    yield from unsaid(endings)


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing.

    A reader needs the files of the write-ahead log. If they exist, a read-only connection leaves
    them as they are. If they do not, only a connection that may write removes them again.
    """
    log = path.with_name(path.name + "-wal")
    how = "mode=ro" if log.exists() else "mode=rw"
    address = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(address, uri=True, timeout=2, isolation_level=None)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _damage(connection: sqlite3.Connection) -> str | None:
    """What is wrong with a database; "" = nothing, None = the time was too short to read it."""
    end = time.monotonic() + _SECONDS
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
