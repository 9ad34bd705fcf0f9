"""What `puq-zimbra operations release` and `drop` share: find the operation, print the reply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from puq_zimbra.cli.operations import WAITING
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Busy, NotFound, Refused, filled_in
from puq_zimbra.reply import CODES, Reply

if TYPE_CHECKING:
    from puq_zimbra.store.operations.records import OperationRecord


def find(runtime: Runtime, reference: str) -> OperationRecord:
    """An operation that is unfinished and not running.

    Raises:
        NotFound: there is none of that reference.
        Refused: it is over.
        Busy: it is running.
    """
    kept: OperationRecord | None = runtime.store().operations.get(reference)
    if kept is None:
        raise NotFound("There is no operation %(reference)s.", reference=reference)
    if kept.state == "running":
        raise Busy
    if kept.state not in WAITING:
        raise Refused(
            "%(reference)s is over: it is %(state)s.", reference=reference, state=kept.state
        )
    return kept


def show(reply: Reply | None, reference: str, *, as_json: bool) -> int:
    """Print a reply and return the exit status; None = another process took the operation.

    Raises:
        Busy: there is no reply.
    """
    if reply is None:
        raise Busy
    message = filled_in(reply.message, reply.values)
    changes = reply.data.get("changes", ())
    if as_json:
        told = {"reference": reference, "ok": reply.ok, "code": reply.code, "message": message}
        whole = told | ({"changes": list(changes)} if changes else {})
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for change in changes:
            click.echo(f"{change['action']:<6} {change['object']}")
        click.echo(message, err=not reply.ok)
    status: int = CODES[reply.code][1]
    return status
