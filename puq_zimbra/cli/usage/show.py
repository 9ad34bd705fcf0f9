"""`puq-zimbra usage show`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.cli import _hints, _options
from puq_zimbra.cli.usage import _rows
from puq_zimbra.config import load
from puq_zimbra.errors import NotFound
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.store.database import Store
from puq_zimbra.units import megabytes, shown_address

#: mailboxes that are shown as text
_SHOWN = 20


@click.command()
@click.argument("first", metavar="INSTALLATION")
@click.argument("second", metavar="SERVICE_ID", required=False)
@click.option("--installation", hidden=True, help="With the old spelling: SERVICE_ID alone.")
@_options.as_json
@click.pass_context
def show(
    context: click.Context, first: str, second: str | None, installation: str | None, as_json: bool
) -> None:
    """Show the last reading of a service and its fullest mailboxes. Sizes are bytes.

    \b
    Examples:
      puq-zimbra usage show crm.example 42
      puq-zimbra usage show crm.example 42 --json
    """
    config = load(context.obj)
    if second is None:
        first, second = installation or config.whmcs.installation, first
        _hints.new_spelling("usage", "show", first, second)
    elif installation not in (None, first):
        raise click.UsageError("--installation is another one than INSTALLATION.")
    store = Store.open(config)
    try:
        reading = _last_reading(store, first, second)
        boxes = sorted(store.usage.mailboxes(reading), key=lambda box: -(box.used or 0))
    finally:
        store.close()
    mailboxes: list[dict[str, Any]] = [
        {
            "address": shown_address(box.address),
            "used": box.used,
            "limit": box.limit,
            "status": box.status,
        }
        for box in boxes
    ]
    row = _rows.row_of(reading)
    if as_json:
        click.echo(json.dumps({**row, "mailboxes": mailboxes}, ensure_ascii=False))
    else:
        _print(row, mailboxes)


def _last_reading(store: Store, installation: str, service_id: str) -> ServiceUsage:
    """The service's last reading.

    Raises:
        NotFound: the service was never measured.
    """
    reading: ServiceUsage | None = store.usage.latest(
        installation, service_id, now=datetime.now(UTC)
    )
    if reading is None:
        raise NotFound(
            "The service %(service)s of %(installation)s was never measured: run usage sync.",
            service=service_id,
            installation=installation,
        )
    return reading


def _print(row: dict[str, Any], mailboxes: list[dict[str, Any]]) -> None:
    for key, value in row.items():
        click.echo(f"{key:<16} {value}")
    for box in mailboxes[:_SHOWN]:
        click.echo(f"  {megabytes(box['used'] or 0):>9} MB  {box['address']}  {box['status']}")
    if len(mailboxes) > _SHOWN:
        click.echo(f"  … and {len(mailboxes) - _SHOWN} more (--json gives all)")
