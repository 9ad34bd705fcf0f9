"""The store's files: the state directory, the key, and who may change them.

Source: flock(2), rename(2).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from puq_zimbra import file_owner
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured, StoreAway
from puq_zimbra.store import trouble

#: length of the key
KEY_BYTES = 32


def directory(config: Config) -> Path:
    """The state directory, made if it is not there.

    Raises:
        AnotherUsers: we are root, and it is another user's.
    """
    file_owner.require_ours(config)
    path = config.store_directory()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def database(config: Config) -> Path:
    """The SQLite database, for a store that has no URL."""
    return (config.store_directory() / "store.db").absolute()


def require_database(config: Config) -> None:
    """Ensure that a SQLite database exists if its key does.

    Raises:
        StoreAway: there was, and a second store would begin unnoticed.
        Misconfigured: the key is damaged.
    """
    path = database(config)
    if not path.exists() and read_key(config) is not None:
        raise StoreAway(trouble.GONE, place=str(path))


@dataclass(frozen=True)
class Opened:
    """A SQLite database as it was when it was opened."""

    path: Path
    #: device and number of the file
    identity: tuple[int, int]

    @classmethod
    def now(cls, path: Path) -> Opened:
        """The file that has the name now."""
        found = path.stat()
        return cls(path, (found.st_dev, found.st_ino))

    def is_there(self) -> bool:
        """Whether the name still is this file's, and not another one's.

        Raises:
            StoreAway: there is none of that name.
        """
        try:
            return Opened.now(self.path) == self
        except OSError as error:
            raise StoreAway(trouble.GONE, place=str(self.path)) from error

    def require_there(self) -> None:
        """Ensure that the open file is still the store's.

        Raises:
            StoreAway: the file was deleted, or another one has its name.
        """
        if not self.is_there():
            raise StoreAway(trouble.UNREACHED, place=str(self.path), reason="it was exchanged")


def key_file(config: Config) -> Path:
    """The file of the secret key of fingerprints and of the audit trail."""
    return config.store_directory() / "key"


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Lock the store's files against other processes that make, change or exchange them."""
    with (directory(config) / "opening").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_key(config: Config) -> bytes | None:
    """The key; None if there is none yet.

    Raises:
        Misconfigured: it is damaged.
    """
    path = key_file(config)
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != KEY_BYTES:
        raise Misconfigured(
            "The key file %(path)s is damaged: put it back from a backup.", path=str(path)
        )
    return key


def make_key(config: Config) -> bytes:
    """Make the key of a new store; called by one process at a time (`alone`)."""
    key = secrets.token_bytes(KEY_BYTES)
    write_whole(key_file(config), key)
    return key


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically, readable by its owner alone."""
    # A power cut must not leave a short key, which could be guessed.
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    flush(path.parent)


def flush(folder: Path) -> None:
    """Flush a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
