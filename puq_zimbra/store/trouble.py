"""Errors of the database and the system, as the module's own.

An error that ends by itself, or when the disk or the database is repaired, is `StoreAway`: the host
tries again. One that only the settings can correct is `StoreUnusable`. The database's own text is
never shown: it may contain data or the address.

Source: SQLite "Result and Error Codes"; PostgreSQL "Error Codes" (Appendix A); errno(3).
"""

from __future__ import annotations

import errno
import sqlite3

from puq_zimbra.errors import N_, Busy, PuqZimbraError, StoreAway, StoreUnusable

FULL = N_(
    "The store %(place)s cannot be written, for its disk is full or its size is limited: make room"
    " and try again."
)
READ_ONLY = N_(
    "The store %(place)s cannot be written, for its disk is mounted read-only: see whether the disk"
    " has failed, mount it for writing and try again."
)
DAMAGED = N_(
    "The store %(place)s is damaged: put a backup in its place with puq-zimbra store restore"
    " --replace."
)
GONE = N_(
    "The store %(place)s is gone, but its key is still there: put the database back, or a backup"
    " with puq-zimbra store restore --replace; to begin a new store, move the key file away."
)
UNREACHED = N_(
    "The store %(place)s cannot be reached (%(reason)s): see whether its disk or its database"
    " works, and try again."
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_FAILS = {errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENODEV}
#: SQLSTATE of lock_timeout; of a deadlock and of transactions that cannot both be
_LOCKED = "55P03"
_UNDONE = {"40P01", "40001"}
#: classes of SQLSTATE: authorization, no such database, no such schema, access rules
_SETTINGS = {"28", "3D", "3F", "42"}
#: undefined table and column, which were there when the store was made; damaged data and index
_DAMAGED = {"42P01", "42703", "XX001", "XX002"}
#: libpq's texts for a rejected connection, which has no SQLSTATE
_NOT_LET_IN = ("no password supplied", "authentication failed", "does not exist", "pg_hba.conf")


class Undone(Busy):
    """The database rolled a transaction back because of another one: it can be retried at once."""


def of(error: BaseException, place: str) -> PuqZimbraError:
    """The error to raise for one of the system or the database; ``place`` is where the store is."""
    kind = type(error).__name__
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(getattr(error, "sqlite_errorname", ""), str(error), kind, place)
    if isinstance(error, OSError):
        if error.errno in _FULL:
            return StoreAway(FULL, place=place)
        if error.errno == errno.EROFS:  # what Linux makes of a file system whose disk fails
            return StoreAway(READ_ONLY, place=place)
        reason = error.strerror or kind
        if error.errno in _DISK_FAILS:
            return StoreAway(UNREACHED, place=place, reason=reason)
        return StoreUnusable(reason)
    return _of_postgresql(getattr(error, "sqlstate", None), str(error), kind, place)


def _of_sqlite(name: str, text: str, kind: str, place: str) -> PuqZimbraError:
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "is locked" in text:
        return Busy()
    if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"):
        return StoreAway(FULL, place=place)
    if name.startswith("SQLITE_READONLY"):
        return StoreAway(READ_ONLY, place=place)
    missing = name == "SQLITE_ERROR" and text.startswith(("no such table", "no such column"))
    if missing or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreAway(DAMAGED, place=place)
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL")):
        return StoreAway(UNREACHED, place=place, reason=name)
    return StoreUnusable(name or kind)


def _of_postgresql(state: str | None, text: str, kind: str, place: str) -> PuqZimbraError:
    if state in _UNDONE:
        return Undone()
    if state == _LOCKED:
        return Busy()
    if state in _DAMAGED:
        return StoreAway(DAMAGED, place=place)
    if state == "53100":
        return StoreAway(FULL, place=place)
    if state == "25006" or (state or "")[:2] in _SETTINGS:  # 25006: it may only be read
        return StoreUnusable(kind)
    if state is None and any(words in text for words in _NOT_LET_IN):
        return StoreUnusable(kind)
    return StoreAway(UNREACHED, place=place, reason=state or "no connection")
