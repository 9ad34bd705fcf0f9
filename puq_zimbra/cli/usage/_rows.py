"""Rows of the stored readings, as JSON lines or CSV, for `puq-zimbra usage …`.

Source: RFC 4180 (CSV); OWASP "CSV Injection" (a cell that begins like a formula is one to a
spreadsheet).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from puq_zimbra.readings import ServiceUsage
from puq_zimbra.units import shown_address, shown_domain


def row_of(one: ServiceUsage) -> dict[str, Any]:
    """A service's reading as a row; sizes in bytes."""
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
        "resources": one.counts.resources,
    }


def show(rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows one by one: a JSON object a line, or CSV with a header."""
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
