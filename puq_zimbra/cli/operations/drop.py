"""`puq-zimbra operations drop`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.operations import _waiting
from puq_zimbra.config import load
from puq_zimbra.engine.operations import give_up
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.reply import Reply


@click.command()
@click.argument("reference")
@_options.dry_run
@_options.as_json
@click.pass_context
def drop(context: click.Context, reference: str, dry_run: bool, as_json: bool) -> None:
    """End an unfinished operation; what it has done so far stays as it is.

    \b
    Examples:
      puq-zimbra operations drop --dry-run op-0123456789abcdef
      puq-zimbra operations drop op-0123456789abcdef
    """
    runtime = Runtime(load(context.obj))
    try:
        kept = _waiting.find(runtime, reference)
        values = {
            "reference": reference,
            "event": kept.event,
            "service": f"{kept.installation}:{kept.service_id}",
        }
        if dry_run:
            message = "%(reference)s, %(event)s of %(service)s, would be dropped."
            reply: Reply | None = Reply("unchanged", message, values)
        else:
            message = "%(reference)s, %(event)s of %(service)s, was dropped."
            ended = give_up(kept, runtime, Reply("refused", message, values))
            reply = ended and Reply("updated", message, values)
        context.exit(_waiting.show(reply, reference, as_json=as_json))
    finally:
        runtime.close()
