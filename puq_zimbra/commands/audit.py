"""`puq-zimbra audit`: read the audit trail, and see that nobody changed it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from puq_zimbra.config import Config
from puq_zimbra.store.database import Store


def audit(config: Config, *, as_json: bool) -> int:
    """Print every line; return the exit status, 1 if any is not as it was written."""
    store = Store.open(config)
    changed = 0
    try:
        for line, intact in store.operations.audit():
            at = datetime.fromtimestamp(line["at"], UTC).isoformat()
            changed += not intact
            if as_json:
                click.echo(json.dumps({**line, "at": at, "intact": intact}))
                continue
            mark = "" if intact else "  CHANGED SINCE IT WAS WRITTEN"
            service = f"{line['installation']}:{line['service_id']}"
            click.echo(f"{at}  {service:<30} {line['event']:<16} {line['code']:<14}{mark}")
    finally:
        store.close()
    return 1 if changed else 0
