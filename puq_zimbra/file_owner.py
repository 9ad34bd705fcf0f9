"""Whose a file is, or will be: root leaves nothing where another user works.

A file that root makes there, such as SQLite's log, can be opened by nobody else: the hooks of that
user fail from then on.

Source: credentials(7), path_resolution(7).
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from puq_zimbra.config import Config
from puq_zimbra.errors import AnotherUsers


def shut_out(path: Path) -> str | None:
    """The user whom root's files at a path would shut out; None if we are no root, or nobody.

    Of a path that is not there yet the nearest folder above it counts.
    """
    if os.geteuid() != 0:
        return None
    path = path.absolute()
    for one in (path, *path.parents):
        try:
            uid = one.stat().st_uid
        except (FileNotFoundError, NotADirectoryError):
            continue
        return None if uid == 0 else name_of(uid)
    return None


def require_ours(config: Config) -> None:
    """Ensure that root leaves no files in the state directory of the hooks' user.

    Raises:
        AnotherUsers: we are root, and it is another user's.
    """
    path = config.store_directory()
    owner = shut_out(path)
    if owner is None and not path.exists():
        # Nobody works there yet: the passwords say whose it will be.
        files = [one.password_file for one in config.servers.values()]
        files.append(config.store.password_file)
        owners = (shut_out(Path(one)) for one in files if one and Path(one).exists())
        owner = next((one for one in owners if one is not None), None)
    if owner is not None:
        raise AnotherUsers(path, owner)


def name_of(uid: int) -> str:
    """A user's name; the number of one without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
