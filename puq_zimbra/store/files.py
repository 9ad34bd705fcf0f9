"""The store's files: the state directory, the key, and who may change them.

Source: flock(2), rename(2).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured

#: length of the key
KEY_BYTES = 32


def directory(config: Config) -> Path:
    """The state directory, made if it is not there."""
    path = config.store_directory()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def database(config: Config) -> Path:
    """The SQLite database, for a store that has no URL."""
    return (config.store_directory() / "store.db").absolute()


def key_file(config: Config) -> Path:
    """The file of the secret that fingerprints of calls are made with, so none is guessed back."""
    return config.store_directory() / "key"


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Let one process of a machine at a time make, change or exchange the store's files."""
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
    """Write a file of its owner's alone, whole or not at all."""
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
    """See that a folder's names have reached the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
