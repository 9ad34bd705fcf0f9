"""Leases: a service belongs to one operation at a time, for a limited time.

A lease ends when it is given back, when its process is dead, or when its time is over. On the
machine of its process that time is the machine's monotonic clock: setting the date neither ends a
lease nor prolongs it. Other machines can only compare the date. An operation that loses its lease
because of a wrong date sends nothing more (`puq_zimbra.store.operations.steps`).

Source: Kubernetes' leases; clock_gettime(2): CLOCK_MONOTONIC is one clock for all processes of a
machine.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.errors import Busy
from puq_zimbra.store.operations import owner
from puq_zimbra.store.tables import lease

# Built once, as all statements of a hook's way: to build one takes five times as long as to run it.
_MINE = (lease.c.installation == sa.bindparam("of_installation")) & (
    lease.c.service_id == sa.bindparam("of_service")
)
_HELD = sa.select(lease).where(_MINE)
_TAKE, _TAKE_OVER = lease.insert(), lease.update().where(_MINE)
_GIVE_BACK = lease.delete().where(_MINE, lease.c.operation == sa.bindparam("of_operation"))


class Taken(Busy):
    """A living operation holds the service; ``operation`` is its reference."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation = operation


def take(
    connection: Connection, installation: str, service_id: str, operation: str, seconds: float
) -> None:
    """Lease the service to an operation of this process; the transaction holds its lock.

    Raises:
        Taken: another one holds it.
    """
    mine = {"of_installation": installation, "of_service": service_id}
    held = connection.execute(_HELD, mine).first()
    if held is not None and not has_ended(held):
        raise Taken(held.operation)
    values = {
        "operation": operation,
        "owner": owner.this_process(),
        # Rounded up: a lease must not end before what it covers.
        "until": int(time.time() + seconds) + 1,
        "until_here": int(time.monotonic() + seconds) + 1,
    }
    if held is not None:
        connection.execute(_TAKE_OVER, {**mine, **values})
        return
    names = {"installation": installation, "service_id": service_id}
    connection.execute(_TAKE, {**names, **values})


def give_back(connection: Connection, installation: str, service_id: str, operation: str) -> None:
    """End the operation's lease of the service."""
    mine = {"of_installation": installation, "of_service": service_id}
    connection.execute(_GIVE_BACK, {**mine, "of_operation": operation})


def has_ended(held: Any) -> bool:
    """Whether a lease, a row of the table, has ended."""
    if owner.is_here(held.owner):
        return owner.is_dead(held.owner) or bool(held.until_here <= time.monotonic())
    return bool(held.until <= time.time())
