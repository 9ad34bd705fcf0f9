"""`puq-zimbra mailbox export`: the mailboxes of a service as a CSV table."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from puq_zimbra import languages
from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service
from puq_zimbra.engine import usage_reading
from puq_zimbra.selfservice.bulk import export as tables


@click.command()
@_service.options
@click.option(
    "--language",
    type=click.Choice(list(languages.found())),
    default=languages.SOURCE,
    help="Of the header.",
)
@_options.json_lines
@click.pass_context
def export(
    context: click.Context,
    where: _service.Where,
    language: str,
    as_json: bool,
) -> None:
    """Write the mailboxes of a service as a table, which `mailbox import` reads again.

    Cells that a spreadsheet would run as a formula have an apostrophe in front. Used space is that
    of the last usage sync.

    \b
    Examples:
      puq-zimbra mailbox export crm.example 42 > mailboxes.csv
      puq-zimbra mailbox export crm.example 42 --language pl
    """
    with _service.opened(context, where) as one:
        usage = usage_reading.last(one.request, one.runtime, domain=one.request.domain)
        known = usage_reading.with_mailboxes(usage, one.runtime) if usage else None
        found = tables.rows(one.zimbra, one.request, one.stamped, known)
    if as_json:
        for line in found:
            click.echo(json.dumps(asdict(line), ensure_ascii=False))
        return
    click.echo(tables.text(found, language), nl=False)
