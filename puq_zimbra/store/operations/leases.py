"""Leases: a service belongs to one operation at a time, for a short time that is renewed.

A lease ends when it is given back, when its process is dead, or when its time is over, which a
process that lives renews (`heartbeat`). On the machine of its process that time is the machine's
monotonic clock: setting the date neither ends a lease nor prolongs it. Other machines compare the
database's date, which is one for all of them.

The process itself counts from a moment before the database did, by a clock that cannot be set and
that goes on while the machine sleeps. So it knows without asking, and before others do, when its
lease is over (`puq_zimbra.store.operations.steps`).

Source: Cary Gray and David Cheriton, "Leases"; Martin Kleppmann, "How to do distributed locking"
(a paused process); clock_gettime(2): CLOCK_MONOTONIC is one clock for all processes of a machine.
"""

from __future__ import annotations

import math
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.errors import Busy
from puq_zimbra.store.dialects import now
from puq_zimbra.store.operations import owner
from puq_zimbra.store.tables import lease

# Built once, as all statements of a hook's way: to build one takes five times as long as to run it.
_MINE = (lease.c.installation == sa.bindparam("of_installation")) & (
    lease.c.service_id == sa.bindparam("of_service")
)
_OF_OPERATION = lease.c.operation == sa.bindparam("of_operation")
_UNTIL = now() + sa.bindparam("for_seconds", type_=sa.BigInteger())
_HELD = sa.select(lease, now().label("now")).where(_MINE)
_TAKE = lease.insert().values(until=_UNTIL)
_TAKE_OVER = lease.update().where(_MINE).values(until=_UNTIL)
_RENEW = lease.update().where(_MINE, _OF_OPERATION).values(until=_UNTIL)
_GIVE_BACK = lease.delete().where(_MINE, _OF_OPERATION)


class Taken(Busy):
    """A living operation holds the service; ``operation`` is its reference."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation = operation


def take(
    connection: Connection, installation: str, service_id: str, operation: str, seconds: float
) -> str | None:
    """Lease the service to an operation of this process; the transaction holds its lock.

    Returns the operation whose lease had ended without being given back, if there is one.

    Raises:
        Taken: another one holds it.
    """
    mine = {"of_installation": installation, "of_service": service_id}
    held = connection.execute(_HELD, mine).first()
    if held is not None and not has_ended(held):
        raise Taken(held.operation)
    values = {"operation": operation, "owner": owner.this_process(), **_ends(seconds)}
    if held is not None:
        connection.execute(_TAKE_OVER, {**mine, **values})
        return str(held.operation)
    names = {"installation": installation, "service_id": service_id}
    connection.execute(_TAKE, {**names, **values})
    return None


def renew(
    connection: Connection, installation: str, service_id: str, operation: str, seconds: float
) -> bool:
    """Let the operation's lease of the service last so long from now on; false if it has none."""
    mine = {"of_installation": installation, "of_service": service_id, "of_operation": operation}
    return connection.execute(_RENEW, {**mine, **_ends(seconds)}).rowcount == 1


def give_back(connection: Connection, installation: str, service_id: str, operation: str) -> None:
    """End the operation's lease of the service."""
    mine = {"of_installation": installation, "of_service": service_id}
    connection.execute(_GIVE_BACK, {**mine, "of_operation": operation})


def has_ended(held: Any) -> bool:
    """Whether a lease, a row of the table with the database's ``now``, has ended."""
    if owner.is_here(held.owner):
        return owner.is_dead(held.owner) or bool(held.until_here <= time.monotonic())
    return bool(held.until <= held.now)


def clock() -> float:
    """The clock by which a process knows how long it holds what it leased; it cannot be set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _ends(seconds: float) -> dict[str, int]:
    # Rounded up: a lease must not end before what it covers.
    until_here = int(time.monotonic() + seconds) + 1
    return {"for_seconds": math.ceil(seconds) + 1, "until_here": until_here}
