"""`puq-zimbra work`: carry on what hooks left open and what dead processes left behind.

Each operation is its hook, run again with more time; what it lacks beside the kept call comes from
the settings. What needs a secret of the host's waits for the host's retry.

Source: cron(8); `puq_zimbra.hooks.operation` says when an operation is left open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from puq_zimbra.config import Config
from puq_zimbra.errors import N_, PuqZimbraError
from puq_zimbra.hooks.dispatch import carry_on, recall
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.model import CODES, Reply

if TYPE_CHECKING:
    from puq_zimbra.store.kept import Kept

_SILENT = Reply("unavailable", N_("Its server gave no answer to the operation before."))
_OPEN = Reply("pending", N_("It would be carried on."))


@dataclass(frozen=True)
class _Line:
    """What became of one operation."""

    reference: str
    service: str
    event: str
    code: str
    message: str


def work(config: Config, *, dry_run: bool, as_json: bool) -> int:
    """Carry on everything that is not over; return the exit status, 0 if nothing is left."""
    runtime = Runtime(config)
    try:
        for kept, reply in carry_on_all(runtime, dry_run=dry_run):
            line = _line(kept, reply)
            click.echo(json.dumps(asdict(line), ensure_ascii=False) if as_json else _text(line))
        left = runtime.store().operations.unfinished()
    finally:
        runtime.close()
    return CODES["pending"][1] if left else 0


def carry_on_all(
    runtime: Runtime, *, dry_run: bool = False, seconds: float | None = None
) -> Iterator[tuple[Kept, Reply]]:
    """Carry on everything that is not over, with what became of each.

    ``seconds`` is the most for one operation; None = `[limits] work_seconds`.
    """
    silent: set[str] = set()
    for kept in runtime.store().operations.unfinished():
        reply = _reply(kept, runtime, silent, dry_run=dry_run, seconds=seconds)
        if reply is not None:
            yield kept, reply


def _reply(
    kept: Kept, runtime: Runtime, silent: set[str], *, dry_run: bool, seconds: float | None
) -> Reply | None:
    """Carry on one operation; ``silent`` are the servers that gave no answer so far."""
    try:
        server = recall(kept, runtime).given_server.url
    except PuqZimbraError as error:
        if kept.call is None and not dry_run:
            return _carried_on(kept, runtime, seconds)  # which gives it up
        return Reply(error.code, error.message, error.places)
    if dry_run:
        return _OPEN
    if server in silent:
        return _SILENT
    reply = _carried_on(kept, runtime, seconds)
    if reply is not None and reply.code == "unavailable":
        silent.add(server)
    return reply


def _carried_on(kept: Kept, runtime: Runtime, seconds: float | None) -> Reply | None:
    reply: Reply | None = carry_on(kept.id, runtime, seconds)
    return reply


def _line(kept: Kept, reply: Reply) -> _Line:
    service = f"{kept.installation}:{kept.service_id}"
    return _Line(kept.id, service, kept.event, reply.code, reply.message % reply.places)


def _text(line: _Line) -> str:
    return f"{line.reference}  {line.service:<30} {line.event:<16} {line.code:<14} {line.message}"
