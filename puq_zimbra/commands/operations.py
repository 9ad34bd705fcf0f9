"""`puq-zimbra operations`: every hook call that might write, how far it came and how it ended.

Source: the store; `puq_zimbra.store.kept`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from puq_zimbra.config import Config
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.hooks.dispatch import recall
from puq_zimbra.hooks.runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.kept import Kept

#: states of an operation that waits to be carried on
_WAITING = ("open", "abandoned")


def operations(config: Config, *, only_open: bool, as_json: bool) -> int:
    """Print one line an operation; return the exit status."""
    runtime = Runtime(config)
    try:
        store = runtime.store().operations
        for kept in store.unfinished() if only_open else store.all():
            told = _told(kept, runtime)
            click.echo(json.dumps(told, ensure_ascii=False) if as_json else _text(told))
    finally:
        runtime.close()
    return 0


def _told(kept: Kept, runtime: Runtime) -> dict[str, Any]:
    return {
        "reference": kept.id,
        "service": f"{kept.installation}:{kept.service_id}",
        "event": kept.event,
        "state": kept.state,
        "started_at": _time(kept.started_at),
        "ended_at": None if kept.ended_at is None else _time(kept.ended_at),
        "code": kept.reply.code if kept.reply else None,
        "reason": " ".join(_reasons(kept, runtime)),
        "steps": [{**step, "at": _time(step["at"])} for step in kept.steps],
    }


def _reasons(kept: Kept, runtime: Runtime) -> list[str]:
    """Why it ended as it did, or why it has not ended."""
    said = []
    if kept.state == "abandoned":
        said.append("Its process ended before it did.")
    if kept.reply is not None:
        said.append(kept.reply.message % kept.reply.places)
    if kept.state in _WAITING:
        try:
            recall(kept, runtime)
        except PuqZimbraError as error:
            said.append(str(error))
    return said


def _text(told: Mapping[str, Any]) -> str:
    head = (
        f"{told['started_at']}  {told['reference']:<20} {told['service']:<30} {told['event']:<16}"
    )
    text = f"{head} {told['state']:<10} {_progress(told['steps']):<20}  {told['reason']}"
    return text.rstrip()


def _progress(steps: list[dict[str, Any]]) -> str:
    """How many writes were sent, and the last one while it is not known how it was answered."""
    if not steps:
        return "0 writes"
    last = steps[-1]
    count = f"{len(steps)} writes"
    if last["answer"] == "done":
        return count
    answer = last["answer"] or "no answer noted"
    return f"{count}, last {last['request']} {last['target']}: {answer}"


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
