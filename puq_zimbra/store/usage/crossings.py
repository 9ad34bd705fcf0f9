"""Crossings of a threshold of space: noted once, with the time when usage fell below again.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.readings import ServiceUsage
from puq_zimbra.store import locks
from puq_zimbra.store.tables import mailbox, notice
from puq_zimbra.store.usage.temp_tables import STAGED

#: rows of one statement; SQLite takes some thirty thousand values
_BATCH = 500
#: (our key of the service, account or "" for the whole service) -> its notice
_Crossed = dict[tuple[int, str], dict[str, Any]]

_NOTED = sa.select(notice).where(notice.c.ended_at.is_(None), notice.c.service.in_(STAGED))
_percent = sa.bindparam("percent", type_=sa.Integer)
#: the first byte of a mailbox that passes the threshold, rounded up; a hundred times a quota would
#: pass what an integer holds
_THRESHOLD = mailbox.c.quota // 100 * _percent + (mailbox.c.quota % 100 * _percent + 99) // 100
_FULL = sa.select(mailbox).where(
    mailbox.c.quota.is_not(None),
    mailbox.c.used >= _THRESHOLD,
    mailbox.c.service.in_(STAGED),
)


def note(connection: Connection, kept: Mapping[int, ServiceUsage], percent: int) -> None:
    """Compare the services of a reading (by their keys), and their mailboxes, with the notices."""
    full = _full(connection, kept, percent)
    noted = {(row.service, row.account): row.id for row in connection.execute(_NOTED)}
    ended = [number for name, number in noted.items() if name not in full]
    now = max(_seconds(one) for one in kept.values())
    for start in range(0, len(ended), _BATCH):
        mine = notice.c.id.in_(ended[start : start + _BATCH])
        connection.execute(notice.update().where(mine).values(ended_at=now))
    new = [row for name, row in full.items() if name not in noted]
    if new:
        # A host asks for those after the last number that it saw: they appear in their order.
        locks.take(connection, locks.NOTICES)
        connection.execute(notice.insert(), new)


def _full(connection: Connection, kept: Mapping[int, ServiceUsage], percent: int) -> _Crossed:
    """What stands above the threshold."""
    found: _Crossed = {}
    for key, one in kept.items():
        if one.space is not None and one.used * 100 >= one.space * percent:
            found[key, ""] = {
                "address": one.address or one.domain,
                "used": one.used,
                "quota": one.space,
            }
    for row in connection.execute(_FULL, {"percent": percent}):
        found[row.service, row.account] = {
            "address": row.address,
            "used": row.used,
            "quota": row.quota,
        }
    return {
        (key, account): {
            **row,
            "service": key,
            "account": account,
            "crossed_at": _seconds(kept[key]),
        }
        for (key, account), row in found.items()
    }


def _seconds(one: ServiceUsage) -> int:
    return int(one.measured_at.timestamp())
