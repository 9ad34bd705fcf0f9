"""Who may use which slots of a Zimbra's rate limit, where several machines share it.

A slot is a number below the limit, leased to one machine at a time. Alone, a machine gets all but
one share, so that another one that begins need not wait; several get equal parts, and none less
than its share. A slot of the second rests before another machine gets it; one of those that bound
how many requests run at once is kept until its last request must have ended.

Source: "Leases" as in `puq_zimbra.store.operations.leases`, by the database's clock alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.store import locks
from puq_zimbra.store.engine import hasty_writer

TABLE = (
    "CREATE TABLE IF NOT EXISTS puqz_slot (server text, kind text, number integer,"
    " node text NOT NULL, until double precision NOT NULL, PRIMARY KEY (server, kind, number))"
)
_NOW = sa.text(
    "SELECT extract(epoch FROM clock_timestamp())::float AS now,"
    " extract(epoch FROM pg_postmaster_start_time())::float AS started"
)
#: seconds after the database's start in which nobody gets more than a share
_CAREFUL = 10.0
_HELD = sa.text("SELECT kind, number, node, until FROM puqz_slot WHERE server = :server")
_KEEP = sa.text(
    "INSERT INTO puqz_slot VALUES (:server, :kind, :number, :node, :until)"
    " ON CONFLICT (server, kind, number) DO UPDATE SET node = :node, until = :until"
)


@dataclass(frozen=True)
class Wanted:
    """What a machine asks for, of one kind of slots."""

    kind: str
    #: how many there are in all
    count: int
    #: what each machine gets in any case
    share: int
    #: seconds for which it is leased
    seconds: float
    #: seconds for which a slot rests before another machine gets it
    rest: float = 0.0
    #: slots that cannot be given back just now
    in_use: frozenset[int] = frozenset()
    #: ask for no more than the share
    only_share: bool = False


def lease(
    engine: Engine, server: str, node: str, wanted: Sequence[Wanted]
) -> Mapping[str, list[int]]:
    """Lease slots of a server to a machine, or for longer; the numbers by their kind.

    Raises:
        StoreAway: the database cannot be used just now.
    """
    with hasty_writer(engine).begin() as connection:
        locks.take(connection, ("slots", server))
        now, started = connection.execute(_NOW).one()
        careful = now < started + _CAREFUL
        rows = connection.execute(_HELD, {"server": server}).all()
        return {
            one.kind: _of_kind(connection, server, node, one, rows, now, careful) for one in wanted
        }


def _of_kind(
    connection: Connection,
    server: str,
    node: str,
    one: Wanted,
    rows: Sequence[sa.Row[tuple[str, int, str, float]]],
    now: float,
    careful: bool,
) -> list[int]:
    of_kind = [row for row in rows if row.kind == one.kind]
    mine = {row.number for row in of_kind if row.node == node and row.number < one.count}
    others = {row.node for row in of_kind if row.node != node and row.until > now}
    taken = {row.number for row in of_kind if row.node != node and row.until + one.rest > now}
    most = max(one.share, min(one.count - one.share, one.count // (len(others) + 1)))
    most = one.share if careful or one.only_share else most
    # Those in use first, then those that were ours.
    free = (number for number in range(one.count) if number not in taken)
    best = sorted(free, key=lambda n: (n not in one.in_use, n not in mine, n))
    kept = best[: max(most, len(one.in_use))]
    named = {"server": server, "kind": one.kind, "node": node}
    changes = [{**named, "number": number, "until": now + one.seconds} for number in kept]
    changes += [{**named, "number": number, "until": now} for number in sorted(mine - set(kept))]
    if changes:
        connection.execute(_KEEP, changes)
    return sorted(kept)
