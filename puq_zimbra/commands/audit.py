"""`puq-zimbra audit`: read the audit trail, and see that nobody changed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.config import Config
from puq_zimbra.store.database import Store


def audit(config: Config, *, as_json: bool) -> int:
    """Print every line; return the exit status, 1 if any is not as it was written."""
    store = Store.open(config)
    count = wrong = 0
    number = 0
    try:
        for line, intact in store.operations.audit():
            missing = line["number"] != number + 1
            number = line["number"]
            count += 1
            wrong += not intact
            if as_json:
                at = datetime.fromtimestamp(line["at"], UTC).isoformat()
                click.echo(json.dumps({**line, "at": at, "intact": intact}))
            else:
                click.echo(_text(line, intact=intact, missing=missing))
    finally:
        store.close()
    click.echo(f"{count} lines, {wrong} not as they were written", err=True)
    return 1 if wrong else 0


def _text(line: Mapping[str, Any], *, intact: bool, missing: bool) -> str:
    if line["number"] == 0:
        return "LINES ARE MISSING AT THE END"
    at = datetime.fromtimestamp(line["at"], UTC).isoformat(timespec="seconds")
    service = f"{line['installation']}:{line['service_id']}"
    text = f"{at}  {line['operation']:<20} {service:<30} {line['event']:<16} {line['code']}"
    if intact:
        return text
    reason = "LINES ARE MISSING BEFORE THIS ONE" if missing else "CHANGED SINCE IT WAS WRITTEN"
    return f"{text}  {reason}"
