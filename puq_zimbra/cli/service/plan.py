"""`puq-zimbra service plan`: see `puq_zimbra.hooks.plan`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.service import _calls


@click.command()
@_options.one_service
@_options.order
@click.option(
    "--event",
    type=click.Choice(["create", "change_package", "terminate"]),
    help="Of this event; without it, create or, for what exists, change_package.",
)
@_options.as_json
@click.pass_context
def plan(
    context: click.Context,
    installation: str,
    service_id: str,
    path: str | None,
    event: str | None,
    as_json: bool,
) -> None:
    """Say what would be written, and write nothing.

    \b
    Examples:
      puq-zimbra service plan crm.example 42 --order order.json
      puq-zimbra service plan crm.example 42 --order - --event terminate < order.json
    """
    params = _calls.order_of(path, installation, service_id) | {"dry_run": True}
    context.exit(_calls.carry_out(context.obj, event or "plan", params, as_json=as_json))
