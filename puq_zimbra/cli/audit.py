"""`puq-zimbra audit`: read the audit trail, and check that no line was changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.cli import _options
from puq_zimbra.config import load
from puq_zimbra.store.database import Store


@click.command()
@_options.filters
@_options.json_lines
@click.pass_context
def audit(context: click.Context, /, as_json: bool, **given: Any) -> None:
    """Show what was done to which service, and check that the record is intact.

    Exit status 1 if a line was changed, added or removed since it was written. All lines are
    checked, also those that are not shown; one that is not intact is always shown.

    \b
    Examples:
      puq-zimbra audit
      puq-zimbra audit --installation crm.example --service 42
      puq-zimbra audit --since 2026-11-01 --event terminate --event purge
      puq-zimbra audit --json | tail
    """
    wanted = _options.Filter.of(**given)
    store = Store.open(load(context.obj))
    shown = count = wrong = 0
    number = 0
    try:
        for line, intact in store.trail.lines():
            missing = line["number"] != number + 1
            number = line["number"]
            count += 1
            wrong += not intact
            if intact and not wanted.fits(line, line["at"], line["code"]):
                continue
            shown += 1
            if as_json:
                at = datetime.fromtimestamp(line["at"], UTC).isoformat()
                click.echo(json.dumps({**line, "at": at, "intact": intact}))
            else:
                click.echo(_text(line, intact=intact, missing=missing))
    finally:
        store.close()
    some = f", {shown} shown" if shown != count else ""
    click.echo(f"{count} lines{some}, {wrong} not as they were written", err=True)
    context.exit(1 if wrong else 0)


def _text(line: Mapping[str, Any], *, intact: bool, missing: bool) -> str:
    if line["number"] == 0:
        return "LINES ARE MISSING AT THE END"
    at = datetime.fromtimestamp(line["at"], UTC).isoformat(timespec="seconds")
    service = f"{line['installation']}:{line['service_id']}"
    what = " ".join(one for one in (line["action"], line["object"]) if one)
    text = f"{at}  {line['operation']:<20} {service:<30} {line['event']:<16} {line['code']:<14}"
    text = f"{text} {line['actor'] or '-':<24} {what}".rstrip()
    if intact:
        return text
    reason = "LINES ARE MISSING BEFORE THIS ONE" if missing else "CHANGED SINCE IT WAS WRITTEN"
    return f"{text}  {reason}"
