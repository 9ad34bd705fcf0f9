"""`puq-zimbra service repair`: see `puq_zimbra.hooks.repair`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.service import _calls


@click.command()
@_options.one_service
@_options.order
@click.option("--items", help="Only these, with commas; without it, all that can be repaired.")
@_options.dry_run
@_options.as_json
@click.pass_context
def repair(
    context: click.Context,
    installation: str,
    service_id: str,
    path: str | None,
    items: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Repair the differences that drift shows.

    \b
    Examples:
      puq-zimbra service repair crm.example 42 --order order.json --dry-run
      puq-zimbra service repair crm.example 42 --order order.json --items limits,rights
    """
    if items is not None and not items.strip(" ,"):
        raise click.UsageError("--items names nothing; leave it out to repair all.")
    params = _calls.order_of(path, installation, service_id)
    params |= {"dry_run": dry_run, "form": {"items": items} if items else {}}
    context.exit(_calls.carry_out(context.obj, "repair", params, as_json=as_json))
