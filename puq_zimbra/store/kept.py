"""Operations as they are kept, for those who look at them and those who carry them on.

Source: what a person needs who finds an operation unfinished: whose, what, since when, how far it
came and why it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.model import Reply
from puq_zimbra.store import leases
from puq_zimbra.store.tables import lease, operation, step


@dataclass(frozen=True)
class Kept:
    """An operation."""

    #: the reference that the host was given
    id: str
    installation: str
    service_id: str
    event: str
    #: open, abandoned (its process died), running, done, failed or superseded
    state: str
    #: seconds since 1970
    started_at: int
    ended_at: int | None
    #: the outcome, or why it is open; None while it runs
    reply: Reply | None
    #: the call without any secret, as JSON
    call: str | None
    #: the writes: number, at (seconds since 1970), request, target, answer
    steps: Sequence[Mapping[str, Any]]


def read(engine: Engine, which: Any, *order: Any) -> Iterator[Kept]:
    """The operations that fit a condition."""
    with_lease = sa.outerjoin(operation, lease, lease.c.operation == operation.c.id)
    columns = (operation, lease.c.owner, lease.c.until, lease.c.until_here)
    query = sa.select(*columns).select_from(with_lease).where(which).order_by(*order)
    with engine.connect() as connection:
        for row in connection.execute(query):
            mine = sa.select(step).where(step.c.operation == row.number).order_by(step.c.number)
            steps = connection.execute(mine).mappings().all()
            yield _kept(row, [{k: v for k, v in one.items() if k != "operation"} for one in steps])


def _kept(row: Any, steps: Sequence[Mapping[str, Any]]) -> Kept:
    # What a later call had taken over, the store's version 1 called abandoned.
    state = "superseded" if row.state == "abandoned" else row.state
    if state == "running" and (row.owner is None or leases.has_ended(row)):
        state = "abandoned"
    return Kept(
        id=row.id,
        installation=row.installation,
        service_id=row.service_id,
        event=row.event,
        state=state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reply=as_reply(row.reply),
        call=row.call,
        steps=steps,
    )


def as_json(reply: Reply) -> str:
    """A reply as it is kept: without a page."""
    kept = {
        "code": reply.code,
        "message": reply.message,
        "places": {key: str(value) for key, value in reply.places.items()},
        "data": dict(reply.data),
    }
    return json.dumps(kept, ensure_ascii=False, default=str)


def as_reply(text: str | None) -> Reply | None:
    """The reply that was kept, if one was."""
    return Reply(**json.loads(text)) if text else None
