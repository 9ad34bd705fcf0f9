"""`puq-zimbra worker status`: what the workers' queues hold."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from puq_zimbra.cli import _options
from puq_zimbra.config import load
from puq_zimbra.store.database import Store


@click.command()
@_options.as_json
@click.pass_context
def status(context: click.Context, as_json: bool) -> None:
    """Show the queues of the workers: waiting, at work, stalled, and how old.

    Exit status 1 if jobs wait and no worker lives.

    \b
    Examples:
      puq-zimbra worker status
      puq-zimbra worker status --json
    """
    store = Store.open(load(context.obj))
    try:
        queues, living = store.queues()
    finally:
        store.close()
    if as_json:
        click.echo(json.dumps({"workers": living, "queues": [asdict(one) for one in queues]}))
    else:
        click.echo(f"workers that live: {living}")
        for one in queues:
            click.echo(
                f"{one.queue:<12} waiting {one.waiting}, later {one.later}, at work {one.doing},"
                f" stalled {one.stalled}, failed {one.failed},"
                f" oldest {one.oldest_seconds:.0f} s"
            )
    context.exit(1 if not living and any(one.waiting for one in queues) else 0)
