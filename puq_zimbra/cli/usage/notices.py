"""`puq-zimbra usage notices`."""

from __future__ import annotations

import click

from puq_zimbra.cli.usage import _options, _rows
from puq_zimbra.config import load
from puq_zimbra.engine.usage_notices import as_row
from puq_zimbra.store.database import Store


@click.command()
@_options.installation
@click.option("--after", type=click.IntRange(0), default=0, help="Only above this number.")
@_options.csv_or_json
@click.pass_context
def notices(context: click.Context, installation: str | None, after: int, as_json: bool) -> None:
    """Print the services that passed 90 % of their space, once per crossing, oldest first.

    \b
    Examples:
      puq-zimbra usage notices
      puq-zimbra usage notices --after 117 --json
    """
    store = Store.open(load(context.obj))
    try:
        found = store.history.notices(installation, after=after)
        rows = ({"installation": one.installation, **as_row(one)} for one in found)
        _rows.show(rows, as_json=as_json)
    finally:
        store.close()
