"""`puq-zimbra service adopt --csv FILE`: adopt all domains and mailboxes of a file.

The whole file is read and checked before the first object is touched. Each line is the hook
`adopt`, with all of its refusals. A line that was done before is `unchanged`, so an interrupted run
is run again.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import click

from puq_zimbra import input_files, service_list
from puq_zimbra.cli._progress import Bar
from puq_zimbra.config import Config
from puq_zimbra.engine import service_lookup
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Invalid, Misconfigured
from puq_zimbra.reply import CODES
from puq_zimbra.request import Request
from puq_zimbra.units import megabytes

_REQUIRED, _OPTIONAL = ("installation", "service_id"), ("domain", "mailbox")
#: the run stops after this many lines in a row with one of these codes
_SERVER_TROUBLE = ("unavailable", "pending", "misconfigured")
_MOST_IN_A_ROW = 3
#: how many wrong lines are named
_NAMED = 20


@dataclass(frozen=True)
class _Row:
    line: int
    request: Request


def adopt(config: Config, path: str, server: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Adopt every line's domain; return the exit status, 0 only if all of them are adopted."""
    names = service_lookup.servers(config, server)
    if len(names) > 1:
        raise Misconfigured("Several servers are configured: name one with --server.")
    rows = _rows(path)
    runtime = Runtime(config)
    bar = Bar("adopt")
    codes: Counter[str] = Counter()
    in_a_row = 0
    try:
        for row in rows:
            value = _one(row, names[0], runtime, dry_run=dry_run)
            codes[value["code"]] += 1
            click.echo(json.dumps(value, ensure_ascii=False) if as_json else _text(row, value))
            bar.show(codes.total(), len(rows))
            in_a_row = in_a_row + 1 if value["code"] in _SERVER_TROUBLE else 0
            if in_a_row == _MOST_IN_A_ROW:
                break
    finally:
        bar.close()
        runtime.close()
    counted = ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
    untried = len(rows) - codes.total()
    click.echo(f"lines: {len(rows)}, {counted}, not tried {untried}", err=True)
    return max(CODES[code][1] for code in codes)


def _rows(path: str) -> list[_Row]:
    """The file's rows, all of them right.

    Raises:
        Invalid: some are not; they are named on standard error.
    """
    problems, rows = [], []
    seen: dict[str, int] = {}
    file = input_files.read(path)
    for line, values in input_files.table(file, _REQUIRED, _OPTIONAL):
        try:
            rows.append(_row(line, values, seen))
        except Invalid as error:
            problems.append(f"line {line}: {error}")
    for problem in problems[:_NAMED]:
        click.echo(problem, err=True)
    if problems:
        raise Invalid(
            "Wrong lines in %(file)s: %(count)s. Nothing was adopted.",
            file=file.name,
            count=len(problems),
        )
    if not rows:
        raise Invalid("%(file)s has a header and no line.", file=file.name)
    return rows


def _row(line: int, values: dict[str, str], seen: dict[str, int]) -> _Row:
    request = service_list.request_of(values["installation"], values)
    if request.purchase.domain is None and request.purchase.mailbox is None:
        raise Invalid("There is neither a domain nor a mailbox.")
    for key in (request.stamp, request.shown_name):
        if (before := seen.setdefault(key, line)) != line:
            raise Invalid("%(what)s stands on line %(line)s already.", what=key, line=before)
    return _Row(line, request)


def _one(row: _Row, server: str, runtime: Runtime, *, dry_run: bool) -> dict[str, Any]:
    service = row.request.purchase.model_dump(exclude_unset=True)
    params = service_lookup.params_of(runtime.config, server, row.request.installation_id, service)
    value = dispatch("plain", "adopt", {**params, "dry_run": dry_run}, runtime).value
    service_key = {
        "installation": row.request.installation_id,
        "service_id": row.request.purchase.id,
    }
    return {"line": row.line, **service_key, "name": row.request.shown_name, **value}


def _text(row: _Row, value: dict[str, Any]) -> str:
    message = value["message"]
    if holds := value.get("data", {}).get("holds"):
        message = (
            f"would be adopted: accounts {holds['accounts']}, lists {holds['lists']},"
            f" {megabytes(holds['used'])} MB"
        )
    return f"{row.line:>6}  {row.request.shown_name:<40} {value['code']:<13} {message}"
