"""Carry on the operations that hooks left open and that dead processes left behind.

Each operation is its hook, run again with more time. What its saved request lacks comes from the
configuration. An operation that needs a secret of the host's waits for the host's retry; a held
operation waits for a person.

Source: `puq_zimbra.engine.operations`, which says when an operation is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.unfinished import carry_on, recall
from puq_zimbra.errors import N_, Held, PuqZimbraError
from puq_zimbra.reply import Reply

if TYPE_CHECKING:
    from puq_zimbra.store.operations.records import OperationRecord

_SERVER_SILENT = Reply("unavailable", N_("Its server gave no answer to the operation before."))
_WOULD_GO_ON = Reply("pending", N_("It would be carried on."))


def carry_on_all(
    runtime: Runtime,
    *,
    dry_run: bool = False,
    seconds: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[tuple[OperationRecord, Reply]]:
    """Carry on every unfinished operation; yield each with its reply.

    ``seconds`` is the time limit of one operation; None = `[limits] work_seconds`. ``progress``
    hears which one of how many is at hand.
    """
    silent_servers: set[str] = set()
    waiting = runtime.store().operations.unfinished()
    for number, kept in enumerate(waiting, 1):
        progress(number, len(waiting))
        reply = _reply(kept, runtime, silent_servers, dry_run=dry_run, seconds=seconds)
        if reply is not None:
            yield kept, reply


def carry_on_one(reference: str, runtime: Runtime, silent_servers: set[str]) -> Reply | None:
    """Carry on one operation, unless its server is one that gives no answer, or is found to be.

    None if it is over, or a living process is at it.
    """
    kept = runtime.store().operations.get(reference)
    if kept is None or kept.ended_at is not None or kept.state == "running":
        return None
    return _reply(kept, runtime, silent_servers, dry_run=False, seconds=None)


def _reply(
    kept: OperationRecord,
    runtime: Runtime,
    silent_servers: set[str],
    *,
    dry_run: bool,
    seconds: float | None,
) -> Reply | None:
    """Carry on one operation, unless its server has already failed to answer in this run."""
    try:
        if kept.state == "held":
            raise Held(kept.id)
        server = recall(kept, runtime).zimbra_server.url
    except PuqZimbraError as error:
        if kept.call is None and kept.state != "held" and not dry_run:
            return _carried_on(kept, runtime, seconds)  # which gives it up
        return Reply(error.code, error.message, error.values)
    if dry_run:
        return _WOULD_GO_ON
    if server in silent_servers:
        return _SERVER_SILENT
    reply = _carried_on(kept, runtime, seconds)
    if reply is not None and reply.code == "unavailable":
        silent_servers.add(server)
    return reply


def _carried_on(kept: OperationRecord, runtime: Runtime, seconds: float | None) -> Reply | None:
    reply: Reply | None = carry_on(kept.id, runtime, seconds)
    return reply
