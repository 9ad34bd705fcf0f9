"""`puq-zimbra doctor`: check everything that a hook depends on, and say what to do next.

A check is a file with a function ``check``; `puq_zimbra.cli.doctor.checks` lists them in order.

It only reads: nothing is written to Zimbra or the store, and a file that is tried out in the state
directory is removed. Three side effects are the usual ones: Zimbra notes a log-in, the rate limit
counts our requests together with those of other processes, and the HTTP service, if it runs, stores
its answer to us as long as any other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from puq_zimbra.cli import _paste
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.doctor.checks import MACHINE_CHECKS
from puq_zimbra.cli.doctor.findings import LEVELS, Check, Finding, examine
from puq_zimbra.cli.doctor.servers import check_server
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.config import Config, load, values
from puq_zimbra.errors import Misconfigured
from puq_zimbra.reply import CODES

#: seconds for each check of this machine, and for all checks of one server; they run at once
_SECONDS = 30.0
_COLOURS = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "red"}


@click.command()
@click.option("--server", help="Only this server of the configuration.")
@click.option("--json", "as_json", is_flag=True, help="Print all findings as one JSON object.")
@click.pass_context
def doctor(context: click.Context, server: str | None, as_json: bool) -> None:
    """Check everything that a hook depends on, and say what to do next.

    Configuration, files, store and hook command of this machine; certificate, clock, log-in,
    rights, classes of service and filter of each configured Zimbra. Changes nothing, and ends
    within a minute. Run it as the user of the hooks. Exit status 0 without errors, 1 with any, 78
    when the configuration cannot be read.

    \b
    Examples:
      puq-zimbra doctor
      runuser -u www-data -- puq-zimbra doctor --server mail1
      puq-zimbra doctor --json
    """
    settings: Path | None = context.obj
    try:
        config = load(settings)
    except Misconfigured as error:
        file = next((one for one in values(settings) if one.exists()), values(settings)[0])
        finding = Finding("configuration", "error", str(error), (f"editor {file}",))
        _print([finding], as_json=as_json)
        context.exit(CODES[error.code][1])
    if server is not None and server not in config.servers:
        config.server(server)  # raises, and names the known ones
    with waiting("doctor") as say:
        findings = examine(_checks(Machine(config, settings), server), _SECONDS, say)
    _print(findings, as_json=as_json)
    context.exit(1 if any(one.level == "error" for one in findings) else 0)


def _checks(machine: Machine, server: str | None) -> list[Check]:
    config: Config = machine.config
    names = [server] if server is not None else list(config.servers)
    return [
        *(Check(name, partial(check, machine)) for name, check in MACHINE_CHECKS),
        *(Check("server", partial(check_server, config, name), name) for name in names),
    ]


def _print(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print the findings, and how many there are of each level."""
    findings = [replace(one, next=tuple(map(_paste.filled, one.next))) for one in findings]
    counts = Counter(one.level for one in findings)
    levels = {level: counts[level] for level in LEVELS}
    if as_json:
        rows = [vars(one) for one in findings]
        whole = {"ok": not levels["error"], "counts": levels, "findings": rows}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    for one in findings:
        level = click.style(f"{one.level:<8}", fg=_COLOURS[one.level])
        about = one.check + (f" {one.server}" if one.server else "")
        click.echo(f"{level} {about}: {one.sentence}")
        for command in one.next:
            click.echo(f"         -> {command}")
    click.echo(", ".join(f"{level}: {count}" for level, count in levels.items()), err=True)
