"""`puq-zimbra operations`: every hook request that might write, its steps and its outcome.

Source: the store; `puq_zimbra.store.operations.records`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli._folder import Folder
from puq_zimbra.config import load
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.unfinished import recall
from puq_zimbra.errors import Held, PuqZimbraError, filled_in

if TYPE_CHECKING:
    from puq_zimbra.store.operations.records import OperationRecord

#: states of an operation that waits to be carried on
WAITING = ("open", "abandoned", "held")


@click.group(cls=Folder, package=__name__, invoke_without_command=True)
@click.option("--open", "only_open", is_flag=True, help="Only unfinished operations.")
@click.option("--held", "only_held", is_flag=True, help="Only operations that wait for a person.")
@_options.filters
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line, with the steps.")
@click.pass_context
def operations(
    context: click.Context, /, only_open: bool, only_held: bool, as_json: bool, **given: Any
) -> None:
    """Show every hook request that might write: its service, event, steps and outcome.

    An operation that deletes mail is held when it is older than [limits] destructive_hours, or when
    it came back with a backup. It goes on when a person releases it, or when the host asks again.

    \b
    Examples:
      puq-zimbra operations --open
      puq-zimbra operations --json | tail -1
      puq-zimbra operations --held
      puq-zimbra operations --installation crm.example --service 42
      puq-zimbra operations --since 2026-11-30 --code misconfigured --code unavailable
    """
    if context.invoked_subcommand is not None:
        return
    wanted = _options.Filter.of(**given)
    runtime, states = Runtime(load(context.obj)), Counter[str]()
    try:
        store = runtime.store().operations
        for kept in store.unfinished() if only_open or only_held else store.all():
            if only_held and kept.state != "held":
                continue
            code = kept.reply.code if kept.reply else None
            if not wanted.fits(vars(kept), kept.started_at, code):
                continue
            row = _row(kept, runtime)
            states[kept.state] += 1
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else _text(row))
    finally:
        runtime.close()
    each = "".join(f", {state}: {count}" for state, count in sorted(states.items()))
    click.echo(f"operations: {states.total()}{each}", err=True)


def _row(kept: OperationRecord, runtime: Runtime) -> dict[str, Any]:
    return {
        "reference": kept.id,
        "service": f"{kept.installation}:{kept.service_id}",
        "event": kept.event,
        "state": kept.state,
        "actor": dict(kept.actor),
        "action": kept.action,
        "object": kept.target,
        "started_at": _time(kept.started_at),
        "ended_at": None if kept.ended_at is None else _time(kept.ended_at),
        "code": kept.reply.code if kept.reply else None,
        "reason": " ".join(_reasons(kept, runtime)),
        "steps": [{**step, "at": _time(step["at"])} for step in kept.steps],
    }


def _reasons(kept: OperationRecord, runtime: Runtime) -> list[str]:
    """Why it ended as it did, or why it has not ended."""
    reasons = []
    if kept.state == "abandoned":
        reasons.append("Its process ended before it did.")
    if kept.reply is not None:
        reasons.append(filled_in(kept.reply.message, kept.reply.values))
    if kept.state == "held":
        reasons.append(str(Held(kept.id)))
    if kept.state in WAITING:
        try:
            recall(kept, runtime)
        except PuqZimbraError as error:
            reasons.append(str(error))
    return reasons


def _text(row: Mapping[str, Any]) -> str:
    head = f"{row['started_at']}  {row['reference']:<20} {row['service']:<30} {row['event']:<16}"
    who = " ".join(row["actor"].values()) or "-"
    what = " ".join(one for one in (row["action"], row["object"]) if one)
    by = f"{who}: {what}" if what else who
    text = f"{head} {row['state']:<10} {_progress(row['steps']):<20}  {by:<24}  {row['reason']}"
    return text.rstrip()


def _progress(steps: list[dict[str, Any]]) -> str:
    """How many writes were sent, and the last one while its outcome is unknown."""
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
