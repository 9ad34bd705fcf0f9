"""`puq-zimbra mailbox bin`: move one mailbox to the bin."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service


@click.command()
@_service.options
@click.argument("address")
@_options.as_json
@click.pass_context
def bin(
    context: click.Context,
    where: _service.Where,
    address: str,
    as_json: bool,
) -> None:
    """Put a mailbox into the bin, from which it can be restored.

    Nobody can log in, mail is returned to its sender, and its lists keep it.

    \b
    Examples:
      puq-zimbra mailbox bin crm.example 42 anna
      puq-zimbra mailbox bin crm.example 42 anna@firma.example --json
    """
    with _service.opened(context, where) as one:
        reply = _service.act(one, "bin_mailbox", one.account(address).id)
        context.exit(_service.show(reply, as_json=as_json))
