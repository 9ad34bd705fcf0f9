"""`puq-zimbra service adopt --csv FILE`: take a provider's whole stock into its services.

The file is read and checked whole before the first domain is touched. Each line is the hook
`adopt`, with all of its refusals; one that was done before is `unchanged`, so a run that broke off
is simply run again.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import click

from puq_zimbra.call import Call
from puq_zimbra.commands import given, known, lookup
from puq_zimbra.commands.progress import Bar
from puq_zimbra.config import Config
from puq_zimbra.errors import Invalid, Misconfigured
from puq_zimbra.hooks.dispatch import dispatch
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.model import CODES
from puq_zimbra.units import megabytes

_REQUIRED, _OPTIONAL = ("installation", "service_id"), ("domain", "mailbox")
#: so many lines in a row with one of these codes, and the next ones would fare no better
_HOPELESS = ("unavailable", "pending", "misconfigured")
_PATIENCE = 3
#: wrong lines that are named
_MOST = 20


@dataclass(frozen=True)
class _Row:
    line: int
    call: Call


def adopt(config: Config, path: str, server: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Adopt every line's domain; return the exit status, 0 only if all of them are adopted."""
    names = lookup.servers(config, server)
    if len(names) > 1:
        raise Misconfigured("Several servers are configured: name one with --server.")
    rows = _rows(path)
    runtime = Runtime(config)
    bar = Bar("adopt")
    codes: Counter[str] = Counter()
    lost = 0
    try:
        for row in rows:
            value = _one(row, names[0], runtime, dry_run=dry_run)
            codes[value["code"]] += 1
            click.echo(json.dumps(value, ensure_ascii=False) if as_json else _text(row, value))
            bar.show(codes.total(), len(rows))
            lost = lost + 1 if value["code"] in _HOPELESS else 0
            if lost == _PATIENCE:
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
    file = given.read(path)
    for line, values in given.table(file, _REQUIRED, _OPTIONAL):
        try:
            rows.append(_row(line, values, seen))
        except Invalid as error:
            problems.append(f"line {line}: {error}")
    for problem in problems[:_MOST]:
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
    call = known.service_call(values["installation"], values)
    if call.sold.domain is None and call.sold.mailbox is None:
        raise Invalid("There is neither a domain nor a mailbox.")
    for key in (call.stamp, call.shown_name):
        if (before := seen.setdefault(key, line)) != line:
            raise Invalid("%(what)s stands on line %(line)s already.", what=key, line=before)
    return _Row(line, call)


def _one(row: _Row, server: str, runtime: Runtime, *, dry_run: bool) -> dict[str, Any]:
    service = row.call.sold.model_dump(exclude_unset=True)
    params = lookup.params_of(runtime.config, server, row.call.owner, service)
    value = dispatch("plain", "adopt", {**params, "dry_run": dry_run}, runtime).value
    told = {"installation": row.call.owner, "service_id": row.call.sold.id}
    return {"line": row.line, **told, "name": row.call.shown_name, **value}


def _text(row: _Row, value: dict[str, Any]) -> str:
    message = value["message"]
    if holds := value.get("data", {}).get("holds"):
        message = (
            f"would be adopted: accounts {holds['accounts']}, lists {holds['lists']},"
            f" {megabytes(holds['used'])} MB"
        )
    return f"{row.line:>6}  {row.call.shown_name:<40} {value['code']:<13} {message}"
