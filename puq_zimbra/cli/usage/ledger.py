"""`puq-zimbra usage ledger`."""

from __future__ import annotations

from typing import Any

import click

from puq_zimbra.cli import _types
from puq_zimbra.cli.usage import _options, _rows
from puq_zimbra.config import load
from puq_zimbra.readings import Peak
from puq_zimbra.store.database import Store
from puq_zimbra.units import shown_domain


@click.command()
@_options.maybe_one_service
@_options.installation
@click.option("--month", type=_types.Month(), help="Only this month, YYYY-MM.")
@_options.csv_or_json
@click.pass_context
def ledger(
    context: click.Context,
    first: str | None,
    second: str | None,
    installation: str | None,
    month: str | None,
    as_json: bool,
) -> None:
    """Print the highest figures of each month, with the reading that shows each.

    Figures are storage (bytes), mailboxes, and cos:NAME, the mailboxes in a class of service. The
    reading itself stays among those of `usage export`.

    \b
    Examples:
      puq-zimbra usage ledger --month 2026-11
      puq-zimbra usage ledger crm.example 42 --json
    """
    installation, service_id = _options.service_asked("ledger", first, second, installation)
    store = Store.open(load(context.obj))
    try:
        peaks = store.history.peaks(installation, service_id, month)
        _rows.show((_row(one) for one in peaks), as_json=as_json)
    finally:
        store.close()


def _row(one: Peak) -> dict[str, Any]:
    return {
        "installation": one.installation,
        "service_id": one.service_id,
        "domain": shown_domain(one.domain),
        "month": one.month,
        "figure": one.figure,
        "value": one.value,
        "measured_at": one.measured_at.isoformat(),
        "cos_id": one.cos,
    }
