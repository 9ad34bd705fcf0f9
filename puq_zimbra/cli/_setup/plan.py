"""What is to be set up, and the steps that are told by a dry run or taken.

Source: useradd(8), install(1), systemd.unit(5), crontab(5).
"""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from puq_zimbra.errors import Misconfigured


@dataclass(frozen=True)
class Plan:
    """Where everything goes, and whose it is."""

    user: str
    group: str
    #: systemd, cron or none
    route: str
    config: Path
    state: Path
    backups: Path
    units: Path
    cron: Path
    #: a link to the program, so that it is on PATH; None = none
    link: Path | None
    #: where shells and man look for what belongs to programs; None = nowhere
    share: Path | None
    #: the program of this installation
    program: Path
    listen: str


@dataclass(frozen=True)
class Step:
    """One thing that is done, or was done before."""

    #: made, changed, unchanged
    result: str
    what: str


class Maker:
    """Makes what is missing; with ``dry_run`` it only says so."""

    def __init__(self, plan: Plan, *, dry_run: bool) -> None:
        self.plan, self.dry_run = plan, dry_run
        self.steps: list[Step] = []

    def user(self) -> None:
        """Make the user of the hooks.

        Raises:
            Misconfigured: useradd fails.
        """
        if _uid(self.plan.user) is not None:
            self._note("unchanged", f"user {self.plan.user}")
            return
        command = [
            "useradd", "--system", "--home-dir", str(self.plan.state), "--no-create-home",
            "--shell", "/usr/sbin/nologin", self.plan.user,
        ]  # fmt: skip
        self._run("made", f"user {self.plan.user}", command)

    def folder(self, path: Path, *, mode: int = 0o700, owned: bool = True) -> None:
        """Make a folder; of the hooks' user if ``owned``."""
        if path.is_dir() and (not owned or path.stat().st_uid == _uid(self.plan.user)):
            self._note("unchanged", f"folder {path}")
            return
        result = "changed" if path.is_dir() else "made"
        if not self.dry_run:
            path.mkdir(parents=True, exist_ok=True, mode=0o755)
            if owned:
                path.chmod(mode)
                self._give(path)
        self._note(result, f"folder {path}")

    def file(self, path: Path, content: str, *, mode: int, owned: bool, keep: bool = False) -> None:
        """Write a file; one that is there stays with ``keep``, and with the same content."""
        there = path.read_text("utf-8") if path.exists() else None
        if there is not None and (keep or there == content):
            self._note("unchanged", f"file {path}")
            return
        if not self.dry_run:
            beside = path.with_name(f".{path.name}.new")
            beside.unlink(missing_ok=True)
            beside.touch(mode=0o600)
            beside.write_text(content, "utf-8")
            beside.chmod(mode)
            if owned:
                self._give(beside)
            beside.replace(path)
        self._note("made" if there is None else "changed", f"file {path}")

    def files(self, what: str, contents: Mapping[Path, str]) -> None:
        """Write files that are told as one thing."""
        before, self.steps = self.steps, []
        for path, text in contents.items():
            self.folder(path.parent, owned=False)
            self.file(path, text, mode=0o644, owned=False)
        made = {one.result for one in self.steps if one.what.startswith("file ")}
        result = made.pop() if len(made) == 1 else "changed"
        self.steps = [*before, Step(result, what)]

    def link(self) -> None:
        """Put the program on PATH, if nothing of that name is there."""
        link, program = self.plan.link, self.plan.program
        if link is None or program == link:
            return
        if link.is_symlink() and link.readlink() == program:
            self._note("unchanged", f"link {link}")
        elif link.exists() or link.is_symlink():
            self._note("unchanged", f"link {link}: it is another program's, and stays")
        else:
            if not self.dry_run:
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(program)
            self._note("made", f"link {link} -> {program}")

    def as_user(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ours as the hooks' user."""
        command = [str(self.plan.program), "--config", str(self.plan.config), *arguments]
        if os.geteuid() == 0 and _uid(self.plan.user) != 0:
            command = ["runuser", "-u", self.plan.user, "--", *command]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd="/"
        )

    def _give(self, path: Path) -> None:
        uid = _uid(self.plan.user)
        if uid is not None and os.geteuid() == 0:
            os.chown(path, uid, pwd.getpwuid(uid).pw_gid)

    def _run(self, result: str, what: str, command: list[str]) -> None:
        if not self.dry_run:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Misconfigured(
                    "%(command)s failed: %(reason)s", command=command[0], reason=done.stderr.strip()
                )
        self._note(result, what)

    def _note(self, result: str, what: str) -> None:
        self.steps.append(Step(result, what))


def _uid(user: str) -> int | None:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


def require_possible(plan: Plan) -> None:
    """Ensure that this process may make it all.

    Raises:
        Misconfigured: it is not root and another user is wanted, or there is no such group.
    """
    if os.geteuid() != 0 and _uid(plan.user) != os.geteuid():
        raise Misconfigured(
            "Only root can set up the user %(user)s: run this with sudo, or give --user with your"
            " own name and folders of yours.",
            user=plan.user,
        )
    try:
        grp.getgrnam(plan.group)
    except KeyError as error:
        raise Misconfigured(
            "There is no group %(group)s, which the web server is in: name it with --group.",
            group=plan.group,
        ) from error


def folders(plan: Plan) -> Iterator[tuple[Path, bool]]:
    """The folders that are made, and whether they are the hooks' user's."""
    yield plan.config.parent, False
    yield plan.state, True
    yield plan.backups, True
