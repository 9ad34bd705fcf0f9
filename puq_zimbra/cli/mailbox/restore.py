"""`puq-zimbra mailbox restore`: take one mailbox out of the bin."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service


@click.command()
@_service.options
@click.argument("address")
@_options.as_json
@click.pass_context
def restore(
    context: click.Context,
    where: _service.Where,
    address: str,
    as_json: bool,
) -> None:
    """Restore a mailbox from the bin exactly as it was.

    Its former status and its place in the address book come back.

    \b
    Examples:
      puq-zimbra mailbox restore crm.example 42 anna
      puq-zimbra mailbox restore crm.example 42 anna@firma.example --json
    """
    with _service.opened(context, where) as one:
        reply = _service.act(one, "restore_mailbox", one.account(address).id)
        context.exit(_service.show(reply, as_json=as_json))
