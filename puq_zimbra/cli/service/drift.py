"""`puq-zimbra service drift`: see `puq_zimbra.hooks.drift`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.service import _calls


@click.command()
@_options.one_service
@_options.order
@_options.as_json
@click.pass_context
def drift(
    context: click.Context, installation: str, service_id: str, path: str | None, as_json: bool
) -> None:
    """Show the differences between what was sold, the stamp and Zimbra.

    Each line names an item, the present value, the wanted value, and who can repair it.

    \b
    Examples:
      puq-zimbra service drift crm.example 42 --order order.json
      puq-zimbra service drift crm.example 42 --order order.json --json
    """
    params = _calls.order_of(path, installation, service_id)
    context.exit(_calls.carry_out(context.obj, "drift", params, as_json=as_json))
