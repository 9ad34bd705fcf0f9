"""`puq-zimbra operations release`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.operations import _waiting
from puq_zimbra.config import load
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.unfinished import carry_on, recall, rehearse
from puq_zimbra.errors import Refused


@click.command()
@click.argument("reference")
@_options.dry_run
@_options.as_json
@click.pass_context
def release(context: click.Context, reference: str, dry_run: bool, as_json: bool) -> None:
    """Release a held operation, and carry it on now.

    First check whether the customer has paid since: it deletes mail, and that cannot be undone.

    \b
    Examples:
      puq-zimbra operations release --dry-run op-0123456789abcdef
      puq-zimbra operations release op-0123456789abcdef
    """
    runtime = Runtime(load(context.obj))
    try:
        kept = _waiting.find(runtime, reference)
        if kept.state != "held":
            raise Refused("%(reference)s is not held: it goes on by itself.", reference=reference)
        if dry_run:
            context.exit(_waiting.show(rehearse(kept, runtime), reference, as_json=as_json))
        recall(kept, runtime)  # refuses before anything is changed
        runtime.store().operations.ask_again(reference)
        with waiting("release"):
            reply = carry_on(reference, runtime)
        context.exit(_waiting.show(reply, reference, as_json=as_json))
    finally:
        runtime.close()
