"""`puq-zimbra doctor`: the settings file, and whose the files on this machine are.

Source: the README's "Which user": hooks, cron and the web server must be one user.
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

from puq_zimbra.commands.doctor_findings import Finding, Findings
from puq_zimbra.config import Config, places

_OTHERS = 0o007
_GROUP = 0o070
_OTHERS_WRITE = 0o002
#: files of the state directory whose owner is looked at
_MOST_FILES = 10_000


def configuration(config: Config, asked: Path | None) -> Findings:
    """Which settings are in force; that they can be read is known by now."""
    file = next((one for one in places(asked) if one.exists()), None)
    if file is None:
        yield Finding(
            "configuration",
            "warning",
            "There is no settings file: everything has its default, and no server is configured.",
            ("install -D -m 640 config.toml /etc/puq-zimbra/config.toml",),
        )
        return
    shown = file.absolute()
    count = len(config.servers)
    words = f"{shown} is read; servers in it: {count}."
    yield Finding("configuration", "ok", words)
    yield from _settings_file(config, shown)
    if not file.is_absolute() and asked is None and not os.environ.get("PUQ_ZIMBRA_CONFIG"):
        yield Finding(
            "configuration",
            "warning",
            "The settings are those of the working directory, which for a web server or cron is"
            " another one.",
            (f"puq-zimbra --config {shlex.quote(str(shown))} doctor",),
        )
    if not count:
        yield Finding(
            "configuration",
            "warning",
            "No server is configured: hooks work with what each call brings, while usage sync,"
            " purge and work have nothing to do.",
            (f"add [servers.NAME] with url, username and password_file to {shown}",),
        )


def _settings_file(config: Config, file: Path) -> Findings:
    path = shlex.quote(str(file))
    about = file.stat()
    if about.st_mode & _OTHERS_WRITE:
        words = f"Everybody may change {file}, and so where passwords are sent."
        yield Finding("configuration", "error", words, (f"chmod o-w {path}",))
    if config.store.url and about.st_mode & _OTHERS:
        from sqlalchemy.engine import make_url

        if make_url(config.store.url.get_secret_value()).password is not None:
            words = f"Everybody may read {file}, which holds the database's password."
            yield Finding("configuration", "error", words, (f"chmod o= {path}",))


def permissions(config: Config) -> Findings:
    """Whose the state directory and the password files are, and who else may read them."""
    yield from _password_files(config)
    directory = config.store_directory()
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
        words = f"The state directory {directory} cannot be looked at: {error.strerror}."
        command = f"namei -l {shlex.quote(str(directory))}"
        yield Finding("permissions", "error", words, (command,))
        return
    before = True
    for finding in _state_directory(directory, about):
        before = False
        yield finding
    if before:
        owner = user_of(about.st_uid)
        words = f"The state directory {directory} is {owner}'s alone, and can be written."
        yield Finding("permissions", "ok", words)


def _state_directory(directory: Path, about: os.stat_result) -> Findings:
    path, owner = shlex.quote(str(directory)), user_of(about.st_uid)
    if about.st_mode & (_OTHERS | _GROUP):
        everybody = about.st_mode & _OTHERS
        yield Finding(
            "permissions",
            "error" if everybody else "warning",
            f"{'Everybody' if everybody else 'A group'} has a way into the state directory"
            f" {directory}.",
            (f"chmod 700 {path}",),
        )
    if about.st_uid != os.geteuid():
        me = user_of(os.geteuid())
        yield Finding(
            "permissions",
            "warning" if os.geteuid() == 0 else "error",
            f"The state directory {directory} belongs to {owner}, and this runs as {me}: hooks,"
            " cron and the web server must be one user.",
            (
                f"runuser -u {owner} -- puq-zimbra doctor",
                f"or, if that user is {me}: chown -R {me}: {path}",
            ),
        )
    strangers = sorted({user_of(uid) for uid in _owners(directory)} - {owner})
    if strangers:
        yield Finding(
            "permissions",
            "error",
            f"Files in {directory} belong to {', '.join(strangers)}, where {owner} cannot use"
            " them: something was once run as another user.",
            (f"chown -R {owner}: {path}",),
        )
    yield from _probe(directory, owner)


def _owners(directory: Path) -> Iterator[int]:
    files = islice(directory.rglob("*"), _MOST_FILES)
    for file in files:
        try:
            yield file.lstat().st_uid
        except FileNotFoundError:  # another process's, gone by now
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
        words = f"Everybody may read or change the password file {path}, so it is not used."
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
        words = f"The password file {path} is {user_of(about.st_uid)}'s, and not everybody's."
        yield Finding("permissions", "ok", words, (), server)


def user_of(uid: int) -> str:
    """A user's name, or the number of one who has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
