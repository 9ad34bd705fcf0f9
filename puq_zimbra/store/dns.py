"""What was last found in DNS, and which domains are to be looked up again.

A page asks and notes its wish; `puq-zimbra work` and the background of `serve` look up. What is
lost with a power cut is looked up once more, so its writes may be lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.store import locks
from puq_zimbra.store.dialects import insert
from puq_zimbra.store.engine import hasty_writer
from puq_zimbra.store.tables import dns_check as table

#: domains that one run looks up
MOST = 200
#: what stands in the place of a domain where the certificates of a service's hosts are kept
CERTIFICATES = "_certificates"
_KEY = ("installation", "service_id", "domain")


@dataclass(frozen=True)
class DomainKey:
    """A domain of a service."""

    installation: str
    service_id: str
    #: A-label form
    domain: str


@dataclass(frozen=True)
class Known:
    """What the store holds of a domain."""

    key: DomainKey
    setup: Mapping[str, Any]
    #: seconds since 1970; None = nobody waits
    wanted_at: int | None
    #: None = it was never looked up
    found: Mapping[str, Sequence[str] | None] | None
    checked_at: int | None


class DnsChecks:
    """The look-ups of DNS."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: DomainKey) -> Known | None:
        """What is known of a domain; None if it was never asked for."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(table).where(_is(key))).first()
        return None if row is None else _known(row)

    def want(self, key: DomainKey, setup: Mapping[str, Any], at: int) -> None:
        """Have a domain looked up for what decides about its records now."""
        values = {"setup": json.dumps(setup), "wanted_at": at}
        self._put(key, values, values)

    def looked_up(
        self,
        key: DomainKey,
        setup: Mapping[str, Any],
        found: Mapping[str, Sequence[str] | None],
        at: int,
        wanted_at: int | None,
    ) -> None:
        """Keep what was found; a wish of meanwhile stays."""
        values = {"setup": json.dumps(setup), "found": json.dumps(found), "checked_at": at}
        done = sa.case((table.c.wanted_at == wanted_at, None), else_=table.c.wanted_at)
        self._put(key, values, {**values, "wanted_at": done})

    def wanted(self) -> list[Known]:
        """The domains that are to be looked up, those that waited longest first."""
        which = sa.select(table).where(table.c.wanted_at.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(which.order_by(table.c.wanted_at).limit(MOST)).all()
        return [_known(row) for row in rows]

    def last(self) -> list[Known]:
        """The last looks at every domain, for the doctor."""
        is_domain = table.c.domain != CERTIFICATES
        which = sa.select(table).where(table.c.found.is_not(None), is_domain)
        which = which.order_by(table.c.domain)
        with self._engine.connect() as connection:
            return [_known(row) for row in connection.execute(which.limit(10 * MOST))]

    def forget_old(self, before: int) -> None:
        """Forget what was looked up before so many seconds since 1970, and never again."""
        old = sa.and_(table.c.checked_at < before, table.c.wanted_at.is_(None))
        with hasty_writer(self._engine).begin() as connection:
            connection.execute(table.delete().where(old))

    @locks.retried
    def _put(self, key: DomainKey, new: Mapping[str, Any], change: Mapping[str, Any]) -> None:
        statement = insert(self._engine.dialect.name, table)
        row = dict(zip(_KEY, (key.installation, key.service_id, key.domain), strict=True))
        with hasty_writer(self._engine).begin() as connection:
            _execute(connection, statement.values(**row, **new), change)


def _execute(connection: Connection, statement: Any, change: Mapping[str, Any]) -> None:
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=dict(change)))


def _is(key: DomainKey) -> Any:
    return sa.and_(
        table.c.installation == key.installation,
        table.c.service_id == key.service_id,
        table.c.domain == key.domain,
    )


def _known(row: Any) -> Known:
    return Known(
        DomainKey(row.installation, row.service_id, row.domain),
        json.loads(row.setup),
        row.wanted_at,
        None if row.found is None else json.loads(row.found),
        row.checked_at,
    )
