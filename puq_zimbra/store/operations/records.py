"""Records of operations: whose, what, since when, how far it came and why it stopped.

Source: what a person needs who finds an operation unfinished: whose, what, since when, how far it
came and why it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.reply import Reply
from puq_zimbra.store.dialects import now
from puq_zimbra.store.operations import held, leases, wishes
from puq_zimbra.store.tables import lease, operation, step


@dataclass(frozen=True)
class OperationRecord:
    """An operation."""

    #: the reference that the host was given
    id: str
    installation: str
    service_id: str
    event: str
    #: open, abandoned (its process died), held (it waits for a person), running, done, failed or
    #: superseded
    state: str
    aspects: frozenset[str]
    #: seconds since 1970
    started_at: int
    ended_at: int | None
    #: the outcome, or why it is open; None while it runs
    reply: Reply | None
    #: the call without any secret, as JSON
    call: str | None
    #: the writes: number, at (seconds since 1970), request, target, answer
    steps: Sequence[Mapping[str, Any]]
    #: who acted, as the host says it: kind, id, name
    actor: Mapping[str, str] = field(default_factory=dict)
    #: of a form of the customer's page: the action, and Zimbra's id of what it is about
    action: str = ""
    target: str = ""


def read(engine: Engine, hours: float, which: Any, *order: Any) -> Iterator[OperationRecord]:
    """The operations that fit a condition; after ``hours`` those that destroy are held."""
    with_lease = sa.outerjoin(operation, lease, lease.c.operation == operation.c.id)
    columns = (operation, lease.c.owner, lease.c.until, lease.c.until_here, now().label("now"))
    query = sa.select(*columns).select_from(with_lease).where(which).order_by(*order)
    with engine.connect() as connection:
        for row in connection.execute(query):
            mine = sa.select(step).where(step.c.operation == row.number).order_by(step.c.number)
            found = connection.execute(mine).mappings().all()
            steps = [{k: v for k, v in one.items() if k != "operation"} for one in found]
            yield _kept(row, steps, hours)


def _kept(row: Any, steps: Sequence[Mapping[str, Any]], hours: float) -> OperationRecord:
    # What a later call had taken over, the store's version 1 called abandoned.
    state = "superseded" if row.state == "abandoned" else row.state
    if state == "running" and (row.owner is None or leases.has_ended(row)):
        state = "abandoned"
    if state in ("open", "abandoned") and held.is_held(row, hours, row.now):
        state = "held"
    return OperationRecord(
        id=row.id,
        installation=row.installation,
        service_id=row.service_id,
        event=row.event,
        state=state,
        aspects=wishes.wish_of(row).aspects,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reply=as_reply(row.reply),
        call=row.call,
        steps=steps,
        actor=actor_of(row),
        action=row.action or "",
        target=row.object or "",
    )


def actor_of(row: Any) -> dict[str, str]:
    """Who acted, as far as the host said it."""
    said = {"kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name}
    return {key: value for key, value in said.items() if value}


def as_json(reply: Reply) -> str:
    """A reply as it is kept: without a page."""
    kept = {
        "code": reply.code,
        "message": reply.message,
        "places": {key: str(value) for key, value in reply.values.items()},
        "data": dict(reply.data),
    }
    return json.dumps(kept, ensure_ascii=False, default=str)


def as_reply(text: str | None) -> Reply | None:
    """The reply that was kept, if one was."""
    if not text:
        return None
    kept = json.loads(text)
    return Reply(kept["code"], kept["message"], kept["places"], kept["data"])
