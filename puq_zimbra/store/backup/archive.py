"""A backup of the store: its database and its key in one file, for they belong together.

The file is a plain tar, so that it can be looked into with what is at hand, and never larger when
unpacked. It is read as if an attacker had made it: members of these names alone, each once and
an ordinary file, with the sizes and digests that the first of them tells; and a database without
anything in it that would act (triggers, views).

Source: POSIX "ustar Interchange Format"; SQLite "VACUUM INTO" and "Defense Against The Dark Arts".
"""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from puq_zimbra import __version__
from puq_zimbra.errors import Invalid
from puq_zimbra.store import files
from puq_zimbra.store.migrations import missing

ABOUT, DATABASE, KEY = "about.json", "store.db", "key"

_BLOCK = tarfile.BLOCKSIZE
_LARGEST_ABOUT = 64 * 1024
_PIECE = 2**20


class Unusable(Exception):
    """A backup or a database that cannot be used, and why."""


class About(BaseModel):
    """What the first member says of the others."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    format: Literal["puq_zimbra store 1"] = "puq_zimbra store 1"
    #: the program that made the backup, and when (UTC)
    program: str = Field(max_length=100)
    made_at: str = Field(max_length=40)
    #: version of the tables; None = the key alone, of a store in another database than SQLite
    version: int | None
    #: SHA-256 of the other members
    digests: dict[str, str] = {}

    @classmethod
    def now(cls, version: int | None) -> About:
        """What a backup made at this moment tells."""
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(program=__version__, made_at=made_at, version=version)


def snapshot(database: Path, copy: Path) -> int:
    """Copy a database in use, as it is at one moment, without blocking writers; its version.

    Raises:
        Unusable: it is damaged, or the disk is full.
    """
    copy.touch(mode=0o600)  # SQLite writes into an empty file, and would make one for all to read
    try:
        with closing(_connect(database, "mode=rw")) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as error:
        raise Unusable(str(error)) from error
    return check(copy)


def pack(target: Path, about: About, members: dict[str, Path]) -> None:
    """Write a backup, its owner's alone, whole or not at all.

    Raises:
        Invalid: the file is there already, or cannot be written.
    """
    if target.exists():
        raise Invalid("%(path)s is there already.", path=target)
    digests = {name: _digest(path) for name, path in members.items()}
    head = about.model_copy(update={"digests": digests}).model_dump_json(indent=1).encode()
    new = target.with_name(target.name + ".new")
    try:
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        with new.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
                archive.addfile(_member(ABOUT, len(head)), io.BytesIO(head))
                for name, path in members.items():
                    with path.open("rb") as content:
                        archive.addfile(_member(name, path.stat().st_size), content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
        files.flush(target.parent)
    except OSError as error:
        raise not_written(target, error) from error
    finally:
        with suppress(OSError):  # nothing was written where nothing can be
            new.unlink(missing_ok=True)


def not_written(path: Path, error: OSError) -> Invalid:
    """The error for a backup that cannot be written."""
    reason = error.strerror or "?"
    return Invalid("%(path)s cannot be written: %(reason)s.", path=path, reason=reason)


def unpack(source: Path, folder: Path) -> About:
    """Unpack and check a backup in an empty folder; what is wrong with it is found here.

    Raises:
        Invalid: it is no backup, or a damaged one.
        Misconfigured: a newer program made it.
    """
    try:
        with source.open("rb") as file:
            return _unpack(file, folder)
    except Unusable as error:
        raise Invalid(
            "%(path)s is not a backup that can be used: %(reason)s.", path=source, reason=error
        ) from error
    except OSError as error:
        reason = error.strerror or "?"
        raise Invalid(
            "%(path)s cannot be unpacked: %(reason)s.", path=source, reason=reason
        ) from error


def _unpack(file: IO[bytes], folder: Path) -> About:
    members = _members(file)
    about = _about(file, members)
    wanted = {KEY} if about.version is None else {KEY, DATABASE}
    if set(about.digests) != wanted:
        raise Unusable("it does not hold what belongs in one")
    for name, size in members:
        if name not in wanted:
            raise Unusable("it holds something else, or something twice")
        wanted.remove(name)
        if name == KEY and size != files.KEY_BYTES:
            raise Unusable("its key is damaged")
        if _extract(file, size, folder / name) != about.digests[name]:
            raise Unusable("it was changed since it was made")
    if wanted:
        raise Unusable("it ends too soon")
    if about.version is not None and check(folder / DATABASE) != about.version:
        raise Unusable("its database is of another version than it says")
    return about


def _about(file: IO[bytes], members: Iterator[tuple[str, int]]) -> About:
    """What a backup says of itself in its first member."""
    name, size = next(members, ("", 0))
    if name != ABOUT or size > _LARGEST_ABOUT:
        raise Unusable("it does not begin as one")
    try:
        about = About.model_validate_json(file.read(size))
    except ValidationError as error:
        raise Unusable("its first member does not tell what it is") from error
    if about.version is not None:
        missing(about.version)
    return about


def _members(file: IO[bytes]) -> Iterator[tuple[str, int]]:
    """Names and sizes of a tar's members; between two of them the caller reads the content."""
    end = os.fstat(file.fileno()).st_size
    place = 0
    while True:
        file.seek(place)
        block = file.read(_BLOCK)
        if not block.strip(b"\0"):
            return
        # By hand, for `tarfile` would follow links and believe sizes in its extensions.
        try:
            member = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise Unusable("it is damaged") from error
        place += _BLOCK
        if member.type != tarfile.REGTYPE or not 0 <= member.size <= end - place:
            raise Unusable("it holds something else than files, or is cut short")
        yield member.name, member.size
        place += -(-member.size // _BLOCK) * _BLOCK


def _extract(file: IO[bytes], size: int, target: Path) -> str:
    digest = hashlib.sha256()
    target.touch(mode=0o600)
    with target.open("wb") as out:
        while size > 0 and (piece := file.read(min(size, _PIECE))):
            out.write(piece)
            digest.update(piece)
            size -= len(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def check(database: Path) -> int:
    """Check that a database is whole and holds nothing but tables; its version.

    Raises:
        Unusable: it is not.
    """
    try:
        with closing(_connect(database, "immutable=1")) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA cell_size_check=ON")
            kinds = connection.execute("SELECT type, sql FROM sqlite_master").fetchall()
            for kind, sql in kinds:
                if kind not in ("table", "index") or "VIRTUAL" in str(sql).upper():
                    raise Unusable("the database holds more than tables")
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Unusable("the database is damaged")
            (version,) = connection.execute("SELECT version FROM schema").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise Unusable("the database is damaged") from error
    if not isinstance(version, int):
        raise Unusable("the database is damaged")
    return version


def _connect(database: Path, how: str) -> sqlite3.Connection:
    address = f"{database.absolute().as_uri()}?{how}"
    return sqlite3.connect(address, uri=True, timeout=10, isolation_level=None)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
