"""`puq-zimbra mailbox list`: the mailboxes of a service."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service
from puq_zimbra.selfservice.bulk import export
from puq_zimbra.units import megabytes


@click.command("list")
@_service.options
@_options.json_lines
@click.pass_context
def list_(
    context: click.Context,
    where: _service.Where,
    as_json: bool,
) -> None:
    """List the mailboxes of a service, those in the bin included.

    Sizes in JSON are bytes; a limit of 0 is none of its own.

    \b
    Examples:
      puq-zimbra mailbox list crm.example 42
      puq-zimbra mailbox list crm.example 42 --json
    """
    with _service.opened(context, where) as one:
        found = export.rows(one.zimbra, one.request, one.stamped, None)
    for line in found:
        if as_json:
            click.echo(json.dumps(asdict(line), ensure_ascii=False))
        else:
            limit = f"{megabytes(line.limit)} MB" if line.limit else "-"
            click.echo(f"{line.address:<40} {line.state:<11} {limit:>12}  {line.name}")
