"""Check of `puq-zimbra doctor`: owners and modes of the files on this machine.

Source: docs/operations.md, "Which user": hooks, cron and the web server must be one user.
"""

from __future__ import annotations

import os
import pwd
import shlex
import stat
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.config import Config

_OTHERS = 0o007
_GROUP = 0o070
#: how many files of the state directory are checked for their owner
_MOST_FILES = 10_000


def check(machine: Machine) -> Findings:
    """Check the owners and modes of the state directory and of the password files."""
    yield from _password_files(machine.config)
    directory = machine.config.store_directory()
    try:
        about = directory.stat()
    except FileNotFoundError:
        yield Finding(
            "permissions",
            "note",
            f"The state directory {directory} is not there yet: the first hook makes it, as its"
            " user.",
            (f"install -d -m 700 -o {user_of(os.geteuid())} {shlex.quote(str(directory))}",),
        )
        return
    except OSError as error:
        words = f"The state directory {directory} cannot be read: {error.strerror}."
        command = f"namei -l {shlex.quote(str(directory))}"
        yield Finding("permissions", "error", words, (command,))
        return
    is_fine = True
    for finding in _state_directory(directory, about):
        is_fine = False
        yield finding
    if is_fine:
        owner = user_of(about.st_uid)
        words = f"The state directory {directory} is accessible to {owner} alone, and writable."
        yield Finding("permissions", "ok", words)


def _state_directory(directory: Path, about: os.stat_result) -> Findings:
    path, owner = shlex.quote(str(directory)), user_of(about.st_uid)
    if about.st_mode & (_OTHERS | _GROUP):
        every_user = about.st_mode & _OTHERS
        yield Finding(
            "permissions",
            "error" if every_user else "warning",
            f"{'Every user' if every_user else 'A group'} has access to the state directory"
            f" {directory}.",
            (f"chmod 700 {path}",),
        )
    if about.st_uid != os.geteuid():
        me = user_of(os.geteuid())
        yield Finding(
            "permissions",
            "warning" if os.geteuid() == 0 else "error",
            f"The state directory {directory} belongs to {owner}, and this command runs as {me}:"
            " hooks, cron and the web server must be one user.",
            (
                f"runuser -u {owner} -- puq-zimbra doctor",
                f"or, if that user is {me}: chown -R {me}: {path}",
            ),
        )
    others = sorted({user_of(uid) for uid in _owners(directory)} - {owner})
    if others:
        yield Finding(
            "permissions",
            "error",
            f"Files in {directory} belong to {', '.join(others)}, where {owner} cannot use"
            " them: a command was once run as another user.",
            (f"chown -R {owner}: {path}",),
        )
    yield from _probe(directory, owner)


def _owners(directory: Path) -> Iterator[int]:
    files = islice(directory.rglob("*"), _MOST_FILES)
    for file in files:
        try:
            yield file.lstat().st_uid
        except FileNotFoundError:  # deleted by another process
            continue


def _probe(directory: Path, owner: str) -> Findings:
    try:
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".doctor-") as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        path = shlex.quote(str(directory))
        yield Finding(
            "permissions",
            "error",
            f"Nothing can be written in {directory}: {error.strerror}.",
            (f"ls -ld {path}", f"df -h {path}", f"runuser -u {owner} -- puq-zimbra doctor"),
        )


def _password_files(config: Config) -> Findings:
    named = [(name, one.password_file) for name, one in config.servers.items()]
    for server, file in [*named, ("", config.store.password_file)]:
        if file is not None:
            yield from _password_file(Path(file), server)


def _password_file(path: Path, server: str) -> Findings:
    quoted = shlex.quote(str(path))
    me = user_of(os.geteuid())
    try:
        about = path.stat()
        readable = os.access(path, os.R_OK)
    except OSError as error:
        words = f"The password file {path} cannot be read: {error.strerror}."
        command = f"install -m 600 -o {me} /dev/null {quoted}"
        yield Finding("permissions", "error", words, (command, f"editor {quoted}"), server)
        return
    if about.st_mode & _OTHERS:
        words = f"Every user may read or change the password file {path}, so it is not used."
        yield Finding("permissions", "error", words, (f"chmod 600 {quoted}",), server)
    elif not stat.S_ISREG(about.st_mode) or not readable:
        words = f"The password file {path} cannot be read by {me}."
        yield Finding("permissions", "error", words, (f"chown {me} {quoted}",), server)
    elif about.st_uid not in (0, os.geteuid()):
        yield Finding(
            "permissions",
            "warning",
            f"The password file {path} belongs to {user_of(about.st_uid)}, who may change it.",
            (f"chown {me} {quoted}",),
            server,
        )
    else:
        words = (
            f"The password file {path} is {user_of(about.st_uid)}'s, and hidden from other users."
        )
        yield Finding("permissions", "ok", words, (), server)


def user_of(uid: int) -> str:
    """A user's name, or the number of a user without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
