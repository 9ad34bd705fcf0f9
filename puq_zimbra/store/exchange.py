"""Put the store of a backup where the configured one is, which is kept aside.

At no moment does a hook meet the database of one store with the key of another: the key is taken
away first and comes last, and a used database without its key is refused. A restore that broke off
is simply made again.

Source: SQLite "PRAGMA journal_mode" (leaving WAL needs the database for oneself), rename(2).
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from puq_zimbra.config import Config
from puq_zimbra.errors import Refused
from puq_zimbra.store import archive, files


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


def _parts(config: Config) -> list[Path]:
    """The files of the store, the key first."""
    database = files.database(config)
    beside = [database.with_name(database.name + end) for end in ("-wal", "-shm")]
    return [files.key_file(config), *([] if config.store.url else [*beside, database])]


def _keep_aside(config: Config) -> Path:
    """Keep what is there as a backup; what is too damaged for that, file by file."""
    kept = files.directory(config) / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.tar"
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
    """See that nobody has a database open, and bring its log into it."""
    if not database.exists():
        raise FileNotFoundError(database)
    try:
        with closing(sqlite3.connect(database, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise archive.Unusable("the database is damaged") from error
        raise Refused(
            "The store is in use: stop what works with it (the web server, cron) and try again."
        ) from error
    except sqlite3.Error as error:
        raise archive.Unusable("the database is damaged") from error
