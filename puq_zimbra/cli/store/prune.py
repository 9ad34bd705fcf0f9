"""`puq-zimbra store prune`: see `puq_zimbra.store.pruning`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.store import _summary
from puq_zimbra.config import load
from puq_zimbra.store.database import Store


@click.command()
@click.option("--dry-run", is_flag=True, help="Say how many, and delete none.")
@_options.json_summary
@click.pass_context
def prune(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Delete operations that ended long ago; `usage sync` does it too.

    How long they are kept: [store] keep_operations_days. The audit trail stays.

    \b
    Examples:
      puq-zimbra store prune --dry-run
      puq-zimbra store prune
    """
    config = load(context.obj)
    days = config.store.keep_operations_days
    store = Store.open(config)
    try:
        with waiting("prune"):
            count = store.forget_ended(days, dry_run=dry_run)
    finally:
        store.close()
    age = f"that ended more than {days} days ago" if days else "are all to be kept"
    done = "would be forgotten" if dry_run else "forgotten"
    summary = {"forgotten": count, "days": days, "dry_run": dry_run}
    _summary.show(summary, [f"operations {age}: {count} {done}"], as_json=as_json)
