"""`puq-zimbra server settings undo`: see `puq_zimbra.hooks.change_settings`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.server.settings import _calls


@click.command()
@_options.one_service
@click.argument("reference")
@_options.server
@_options.dry_run
@_options.as_json
@click.pass_context
def undo(
    context: click.Context,
    installation: str,
    service_id: str,
    reference: str,
    server: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Put the values of before a change back.

    REFERENCE is the change's; `settings show` and the customer's page of activity have it.
    Refused where a setting was changed again since.

    \b
    Examples:
      puq-zimbra server settings undo crm.example 42 op-0123456789abcdef --dry-run
    """
    status = _calls.carry_out(
        context.obj,
        (installation, service_id),
        {"undo": reference},
        server=server,
        dry_run=dry_run,
        as_json=as_json,
    )
    context.exit(status)
