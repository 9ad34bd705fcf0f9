"""`puq-zimbra usage show|export|ledger|notices`: the stored figures for people and scripts.

Source: RFC 4180 (CSV); OWASP "CSV Injection" (a cell that begins like a formula is one to a
spreadsheet).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import click

from puq_zimbra.config import Config
from puq_zimbra.errors import NotFound
from puq_zimbra.hooks.notices import as_row
from puq_zimbra.model import Peak, ServiceUsage
from puq_zimbra.store.database import Store
from puq_zimbra.units import megabytes, shown_address, shown_domain


def show(config: Config, installation: str | None, service_id: str, *, as_json: bool) -> None:
    """Show a service's last figures and its mailboxes, the fullest first.

    Raises:
        NotFound: the service was never measured.
    """
    store = Store.open(config)
    try:
        owner = installation or config.whmcs.installation
        one = store.figures.latest(owner, service_id)
        if one is None:
            raise NotFound(
                "The service %(service)s of %(installation)s was never measured: run usage sync.",
                service=service_id,
                installation=owner,
            )
        boxes = sorted(store.figures.mailboxes(one), key=lambda box: -(box.used or 0))
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
    if as_json:
        click.echo(json.dumps({**_row(one), "mailboxes": mailboxes}, ensure_ascii=False))
        return
    for key, value in _row(one).items():
        click.echo(f"{key:<16} {value}")
    for box in mailboxes[:20]:
        click.echo(f"  {megabytes(box['used'] or 0):>9} MB  {box['address']}  {box['status']}")
    if len(mailboxes) > 20:
        click.echo(f"  … and {len(mailboxes) - 20} more (--json gives all)")


def export(
    config: Config,
    installation: str | None,
    service_id: str | None,
    since: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Print every kept reading, a row each."""
    store = Store.open(config)
    try:
        found = store.history.readings(installation, service_id, since)
        _print((_row(one) for one in found), as_json=as_json)
    finally:
        store.close()


def ledger(
    config: Config,
    installation: str | None,
    service_id: str | None,
    month: str | None,
    *,
    as_json: bool,
) -> None:
    """Print the highest figures of each month, with the reading that shows each."""
    store = Store.open(config)
    try:
        found = store.history.peaks(installation, service_id, month)
        _print((_peak(one) for one in found), as_json=as_json)
    finally:
        store.close()


def notices(config: Config, installation: str | None, after: int, *, as_json: bool) -> None:
    """Print what passed a threshold of its space, a row each."""
    store = Store.open(config)
    try:
        found = store.history.notices(installation, after=after)
        rows = ({"installation": one.installation, **as_row(one)} for one in found)
        _print(rows, as_json=as_json)
    finally:
        store.close()


def _row(one: ServiceUsage) -> dict[str, Any]:
    return {
        "installation": one.installation,
        "service_id": one.service_id,
        "name": shown_address(one.address) or shown_domain(one.domain),
        "measured_at": one.measured_at.isoformat(),
        "used": one.used,
        "limit": one.space,
        "mailboxes": one.counts.mailboxes,
        "aliases": one.counts.aliases,
        "lists": one.counts.lists,
        "alias_domains": one.counts.alias_domains,
        "stale": one.stale,
    }


def _peak(one: Peak) -> dict[str, Any]:
    return {
        "installation": one.installation,
        "service_id": one.service_id,
        "domain": shown_domain(one.domain),
        "month": one.month,
        "figure": one.figure,
        "value": one.value,
        "measured_at": one.measured_at.isoformat(),
    }


def _print(rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows as they come: a JSON object a line, or CSV with a head."""
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in row.items()})


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
