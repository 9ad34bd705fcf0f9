"""`puq-zimbra mailbox import`: make and change many mailboxes from a table."""

from __future__ import annotations

import csv
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from puq_zimbra import input_files
from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import Bar
from puq_zimbra.cli.mailbox import _service
from puq_zimbra.cli.mailbox._service import Opened
from puq_zimbra.engine import imports
from puq_zimbra.engine.unfinished import carry_on
from puq_zimbra.errors import filled_in, shown
from puq_zimbra.selfservice.bulk import preview, start, table
from puq_zimbra.selfservice.bulk.preview import Seen
from puq_zimbra.selfservice.bulk.rows import Row
from puq_zimbra.store.bulk import Outcome
from puq_zimbra.units import shown_address

#: seconds between two looks at how far it is
_LOOK = 0.5


@click.command("import")
@_service.options
@click.argument("file")
@click.option("--passwords", help="Write the generated passwords to this new file, as CSV.")
@_options.dry_run
@_options.json_lines
@click.pass_context
def import_(
    context: click.Context,
    where: _service.Where,
    file: str,
    passwords: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Create and change mailboxes from a table or a file of zmprov; - is standard input.

    There is a line for each row, and exit status 0 only if none was wrong. A row of a mailbox that
    is there changes what it says, never its password. Run it again to go on after an interruption:
    nothing is made twice. Columns: address, name, limit (GB), tier, aliases, password, must change.

    \b
    Examples:
      puq-zimbra mailbox import crm.example 42 people.csv --dry-run
      puq-zimbra mailbox import crm.example 42 people.csv --passwords new-passwords.csv
      puq-zimbra mailbox import crm.example 42 provisioning.zmp --order order.json --json
    """
    content = input_files.read(file).content
    with _service.opened(context, where) as one:
        domains = preview.domains_of(one.zimbra, one.request, one.stamped)
        rows = table.rows(table.of_bytes(content), domains.keys())
        if dry_run:
            lines = [_seen(row) for row in imports.preview(one.request, one.runtime, rows).seen]
        else:
            lines = list(_made(one, rows, passwords))
    for line in lines:
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else _text(line))
    context.exit(int(any(line["outcome"] in ("error", "failed", "waiting") for line in lines)))


def _made(one: Opened, rows: list[Row], path: str | None) -> Iterator[dict[str, Any]]:
    """Make the rows; what became of each."""
    bulk, names = one.runtime.store().bulk, (one.request.installation_id, one.request.purchase.id)
    seen = imports.preview(one.request, one.runtime, rows)
    if not seen.wanted:
        yield from map(_seen, seen.seen)
        return
    identity = start.keep(bulk, one.request, rows)
    reference = imports.begin(one.request, one.runtime, identity)
    working = threading.Thread(
        target=carry_on, args=(reference, one.runtime, None, one.request), daemon=True
    )
    bar = Bar("import")
    working.start()
    while working.is_alive():
        working.join(_LOOK)
        counts = bulk.counts(bulk.get(*names, identity))
        bar.show(sum(counts.values()) - counts.get("waiting", 0), sum(counts.values()))
    bar.close()
    upload = bulk.get(*names, identity)
    yield from map(_became, sorted(bulk.outcomes(upload), key=lambda row: row.line))
    if upload.ended_at is None:
        message = f"The import goes on in the background as {reference}: puq-zimbra work."
        click.echo(message, err=True)
    elif upload.has_passwords:
        _hand_out(bulk.take_passwords(upload), path)


def _hand_out(pairs: list[tuple[str, str]], path: str | None) -> None:
    """Write the generated passwords to a file of the caller's alone, or to standard error."""
    if path is None:
        csv.writer(sys.stderr).writerows((shown_address(name), word) for name, word in pairs)
        return
    descriptor = os.open(Path(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("address", "password"))
        writer.writerows((shown_address(name), word) for name, word in pairs)


def _seen(one: Seen) -> dict[str, Any]:
    why = filled_in(one.wrong.message, one.wrong.values) if one.wrong else ""
    found = {"line": one.row.line, "address": shown_address(one.row.address)}
    changes = [{"what": it.what, "before": it.before, "after": it.after} for it in one.changes]
    return {**found, "outcome": one.outcome, "message": why, "changes": changes}


def _became(one: Outcome) -> dict[str, Any]:
    why = filled_in(one.message, one.values) if one.message else ""
    found = {"line": one.line, "address": shown_address(one.address)}
    return {**found, "outcome": one.outcome, "message": why}


def _text(line: dict[str, Any]) -> str:
    told = line["message"] or ", ".join(
        f"{one['what']}: {shown(one['after'])}" for one in line.get("changes", ())
    )
    return f"{line['line']:>6}  {shown(line['address']):<40} {line['outcome']:<8} {told}".rstrip()
