"""Forget operations that ended long ago; the audit trail keeps a line of each for ever."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.store.tables import operation, step

#: operations forgotten in one transaction, so that hooks need not wait for all of them
_BATCH = 500
#: states of operations that have not ended
_GO_ON = ("running", "open")


def count(engine: Engine, before: int) -> int:
    """How many operations ended before a time (seconds since 1970)."""
    with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(operation).where(_ended(before))
        return int(connection.execute(query).scalar_one())


def forget(writer: Engine, before: int) -> int:
    """Forget operations that ended before a time (seconds since 1970); how many there were."""
    total = 0
    while True:
        with writer.begin() as connection:
            numbers = sa.select(operation.c.number).where(_ended(before)).limit(_BATCH)
            batch = connection.execute(numbers).scalars().all()
            connection.execute(step.delete().where(step.c.operation.in_(batch)))
            connection.execute(operation.delete().where(operation.c.number.in_(batch)))
        total += len(batch)
        if len(batch) < _BATCH:
            return total


def _ended(before: int) -> sa.ColumnElement[bool]:
    # What a later call had taken over, the store's version 1 gave no end of its own.
    end = sa.func.coalesce(operation.c.ended_at, operation.c.started_at)
    return operation.c.state.not_in(_GO_ON) & (end < before)
