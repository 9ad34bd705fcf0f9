"""Put a backup in the place of the configured store, and keep that store aside.

At no moment does a hook meet the database of one store with the key of another: the key is taken
away first and comes last, and a used database without its key is refused. A restore that broke off
is simply made again.

Source: SQLite "PRAGMA journal_mode" (leaving WAL needs the database for oneself), rename(2).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from puq_zimbra.config import Config
from puq_zimbra.errors import N_, Refused
from puq_zimbra.store import files
from puq_zimbra.store.backup import archive

#: SQLite's os_unix.c: the bytes that readers lock, far beyond the file's content
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
#: fcntl(2): type, whence, start, length, process
_FLOCK = struct.Struct("hhqqi")
_IN_USE = N_("The store is in use: stop what works with it (the web server, cron) and try again.")


def is_there(config: Config) -> bool:
    """Whether there is a store, or what is left of one."""
    return any(path.exists() for path in _parts(config))


def exchange(config: Config, folder: Path) -> Path | None:
    """Move the unpacked backup of a folder in; where the store before is kept, if there was one.

    Raises:
        Refused: the store is in use.
    """
    with files.alone(config):
        kept = _keep_aside(config) if is_there(config) else None
        for path in _parts(config):
            path.unlink(missing_ok=True)
        for name, path in ((archive.DATABASE, files.database(config)),
                           (archive.KEY, files.key_file(config))):  # fmt: skip
            if (folder / name).exists():
                (folder / name).replace(path)
                files.flush(path.parent)
    return kept


def require_unused(config: Config) -> None:
    """Ensure that nobody has the database open; nothing is changed.

    Raises:
        Refused: somebody has.
    """
    database = files.database(config)
    if config.store.url or not database.exists():
        return
    with database.open("rb+") as file:
        # Whoever has the database open holds a lock of its pages' range (SQLite's SHARED_FIRST).
        asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _SHARED_FIRST, _SHARED_SIZE, 0)
        found = _FLOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, asked))
    if found[0] != fcntl.F_UNLCK:
        raise Refused(_IN_USE)


def kept_name(config: Config) -> Path:
    """What the store before will be kept as."""
    return config.store_directory() / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.tar"


def _parts(config: Config) -> list[Path]:
    """The files of the store, the key first."""
    database = files.database(config)
    beside = [database.with_name(database.name + end) for end in ("-wal", "-shm")]
    return [files.key_file(config), *([] if config.store.url else [*beside, database])]


def _keep_aside(config: Config) -> Path:
    """Keep what is there as a backup; what is too damaged for that, file by file."""
    kept = kept_name(config)
    members = {archive.KEY: files.key_file(config)}
    version = None
    try:
        if not config.store.url:
            members[archive.DATABASE] = database = files.database(config)
            _for_oneself(database)
            version = archive.check(database)
        archive.pack(kept, archive.About.now(version), members)
    except (archive.Unusable, FileNotFoundError):
        kept = kept.with_suffix("")
        kept.mkdir(mode=0o700)
        for path in _parts(config):
            if path.exists():
                shutil.copy2(path, kept)
        files.flush(kept)
    return kept


def _for_oneself(database: Path) -> None:
    """Ensure that no process has a database open, and merge its log into it."""
    if not database.exists():
        raise FileNotFoundError(database)
    try:
        with closing(sqlite3.connect(database, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise archive.Unusable("the database is damaged") from error
        raise Refused(_IN_USE) from error
    except sqlite3.Error as error:
        raise archive.Unusable("the database is damaged") from error
