"""`puq-zimbra usage export`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from puq_zimbra.cli.usage import _options, _rows
from puq_zimbra.config import load
from puq_zimbra.errors import Unavailable
from puq_zimbra.store.database import Store


@click.command()
@_options.maybe_one_service
@_options.installation
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@_options.csv_or_json
@click.pass_context
def export(
    context: click.Context,
    first: str | None,
    second: str | None,
    installation: str | None,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Print every stored reading, of all services or of one. Sizes are bytes.

    \b
    Examples:
      puq-zimbra usage export --since 2026-11-01 > november.csv
      puq-zimbra usage export crm.example 42 --json
    """
    installation, service_id = _options.service_asked("export", first, second, installation)
    at = since.replace(tzinfo=UTC) if since else None
    store = Store.open(load(context.obj))
    damaged: list[str] = []

    def rows() -> Iterator[Mapping[str, Any]]:
        for one in store.history.readings(installation, service_id, at):
            if isinstance(one, str):
                damaged.append(one)
            else:
                yield _rows.row_of(one)

    try:
        _rows.show(rows(), as_json=as_json)
    finally:
        store.close()
    if damaged:
        raise Unavailable(
            "Damaged readings were left out: %(count)s, of these services: %(services)s.",
            count=len(damaged),
            services=", ".join(list(dict.fromkeys(damaged))[:5]),
        )
