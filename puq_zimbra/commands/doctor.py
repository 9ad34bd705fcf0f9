"""`puq-zimbra doctor`: look at everything that a hook depends on, and say what to do next.

Reads only: nothing is written to Zimbra or the store, and a file that is tried out in the state
directory is gone afterwards. Some things are as for everybody: Zimbra notes a log-in, the limits on
what it is asked are kept together with our other processes, and the HTTP door, if it runs, keeps
its answer to us for as long as any other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from puq_zimbra.call import Server
from puq_zimbra.commands import (
    doctor_bridge,
    doctor_door,
    doctor_machine,
    doctor_reach,
    doctor_rights,
    doctor_store,
)
from puq_zimbra.commands.doctor_findings import (
    LEVELS,
    Check,
    Finding,
    Findings,
    again,
    examine,
    guarded,
)
from puq_zimbra.config import Config, load, places
from puq_zimbra.errors import Misconfigured
from puq_zimbra.model import CODES
from puq_zimbra.zimbra.client import Zimbra

#: seconds for each check, and for all that is asked of one server; they run side by side
_SECONDS = 30.0
_COLOURS = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "red"}


def doctor(settings: Path | None, server: str | None, *, as_json: bool) -> int:
    """Print what was found; return the exit status."""
    try:
        config = load(settings)
    except Misconfigured as error:
        file = next((one for one in places(settings) if one.exists()), places(settings)[0])
        finding = Finding("configuration", "error", str(error), (f"editor {file}",))
        _say([finding], as_json=as_json)
        return CODES[error.code][1]
    if server is not None and server not in config.servers:
        config.server(server)  # raises, and names those that there are
    findings = examine(_checks(config, settings, server), _SECONDS)
    _say(findings, as_json=as_json)
    return 1 if any(one.level == "error" for one in findings) else 0


def _checks(config: Config, settings: Path | None, server: str | None) -> list[Check]:
    file = next((one for one in places(settings) if one.exists()), None)
    names = [server] if server is not None else list(config.servers)
    return [
        Check("configuration", partial(doctor_machine.configuration, config, settings)),
        Check("permissions", partial(doctor_machine.permissions, config)),
        Check("space", partial(doctor_store.space, config)),
        Check("store", partial(doctor_store.store, config)),
        Check("bridge", partial(doctor_bridge.command_line, file)),
        Check("door", partial(doctor_door.http_door, config)),
        *(Check("server", partial(_server, config, name), name) for name in names),
    ]


def _server(config: Config, name: str) -> Findings:
    """All about one server: each check only where the one before left something to look at."""
    try:
        server = config.server(name)
    except Misconfigured as error:
        commands = (f"correct [servers.{name}] in the settings, or the file that it names",)
        yield Finding("configuration", "error", str(error), commands, name)
        return
    seen = doctor_reach.Seen()
    yield from guarded("tls", doctor_reach.reach(config, name, server, seen), name)
    if not seen.is_zimbra:
        words = "Log-in, rights, filter and classes of service were not looked at."
        yield Finding("log-in", "note", words, (again(name),), name)
    elif server.username is None or server.password is None:
        words = (
            "No username and password_file are set: usage sync, purge and work cannot log in, and"
            " hooks only with what each call brings."
        )
        commands = (f"add username and password_file to [servers.{name}]",)
        yield Finding("log-in", "warning", words, commands, name)
    else:
        yield from _logged_in(config, name, server, seen.our_address)


def _logged_in(config: Config, name: str, server: Server, our_address: str) -> Findings:
    zimbra = Zimbra(server, config.limits, doctor_reach.machines_folder(config))
    try:
        file = config.servers[name].password_file
        for finding in guarded("log-in", doctor_reach.log_in(name, zimbra, file), name):
            yield finding
            if finding.level == "error":
                return
        yield from guarded("rights", doctor_rights.rights(name, zimbra), name)
        yield from guarded("cos", doctor_rights.classes(name, zimbra, config), name)
        filters = doctor_rights.filters(name, zimbra, config, our_address)
        yield from guarded("dos-filter", filters, name)
    finally:
        zimbra.close()


def _say(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print the findings, and how many there are of each level."""
    counts = Counter(one.level for one in findings)
    levels = {level: counts[level] for level in LEVELS}
    if as_json:
        told = [vars(one) for one in findings]
        whole = {"ok": not levels["error"], "counts": levels, "findings": told}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    for one in findings:
        level = click.style(f"{one.level:<8}", fg=_COLOURS[one.level])
        about = one.check + (f" {one.server}" if one.server else "")
        click.echo(f"{level} {about}: {one.sentence}")
        for command in one.next:
            click.echo(f"         -> {command}")
    click.echo(", ".join(f"{level}: {count}" for level, count in levels.items()), err=True)
