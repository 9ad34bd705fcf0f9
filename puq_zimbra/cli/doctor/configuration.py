"""Check of `puq-zimbra doctor`: the configuration file."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.config import Config, values

_OTHERS = 0o007
_OTHERS_WRITE = 0o002


def check(machine: Machine) -> Findings:
    """Name the configuration in force; it has been read by now."""
    config, asked = machine.config, machine.settings
    file = settings_file(machine)
    if file is None:
        yield Finding(
            "configuration",
            "warning",
            "There is no configuration file: every key has its default, and there is no server.",
            ("install -D -m 640 config.toml /etc/puq-zimbra/config.toml",),
        )
        return
    shown = file.absolute()
    count = len(config.servers)
    words = f"{shown} is read; servers in it: {count}."
    yield Finding("configuration", "ok", words)
    yield from _modes(config, shown)
    if not file.is_absolute() and asked is None and not os.environ.get("PUQ_ZIMBRA_CONFIG"):
        yield Finding(
            "configuration",
            "warning",
            "The configuration file is found in the working directory; a web server or cron has"
            " another one.",
            (f"puq-zimbra --config {shlex.quote(str(shown))} doctor",),
        )
    if not count:
        yield Finding(
            "configuration",
            "warning",
            "No server is configured: hooks work with the credentials of each request, while usage"
            " sync, purge and work have nothing to do.",
            (f"add [servers.NAME] with url, username and password_file to {shown}",),
        )


def settings_file(machine: Machine) -> Path | None:
    """The configuration file in force; None if there is none."""
    return next((one for one in values(machine.settings) if one.exists()), None)


def _modes(config: Config, file: Path) -> Findings:
    path = shlex.quote(str(file))
    about = file.stat()
    if about.st_mode & _OTHERS_WRITE:
        words = f"Every user may change {file}, and so where passwords are sent."
        yield Finding("configuration", "error", words, (f"chmod o-w {path}",))
    if config.store.url and about.st_mode & _OTHERS:
        from sqlalchemy.engine import make_url

        if make_url(config.store.url.get_secret_value()).password is not None:
            words = f"Every user may read {file}, which holds the database's password."
            yield Finding("configuration", "error", words, (f"chmod o= {path}",))
