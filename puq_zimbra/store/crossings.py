"""What passes a threshold of its space: noted once per crossing, and when it fell below again.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.model import ServiceUsage
from puq_zimbra.store.staging import staged_service
from puq_zimbra.store.tables import mailbox, notice

#: rows of one statement; SQLite takes some thirty thousand values
_BATCH = 500
#: (our key of the service, account or "" for the whole service) -> its notice
_Crossed = dict[tuple[int, str], dict[str, Any]]

_STAGED = sa.select(staged_service.c.service)
_NOTED = sa.select(notice).where(notice.c.ended_at.is_(None), notice.c.service.in_(_STAGED))
_FULL = sa.select(mailbox).where(
    mailbox.c.quota.is_not(None),
    mailbox.c.used * 100 >= mailbox.c.quota * sa.bindparam("percent"),
    mailbox.c.service.in_(_STAGED),
)


def note(connection: Connection, kept: Mapping[int, ServiceUsage], percent: int) -> None:
    """Compare the services of a reading (by our key), and their mailboxes, with what is noted."""
    full = _full(connection, kept, percent)
    noted = {(row.service, row.account): row.id for row in connection.execute(_NOTED)}
    ended = [number for name, number in noted.items() if name not in full]
    now = max(_seconds(one) for one in kept.values())
    for start in range(0, len(ended), _BATCH):
        mine = notice.c.id.in_(ended[start : start + _BATCH])
        connection.execute(notice.update().where(mine).values(ended_at=now))
    new = [row for name, row in full.items() if name not in noted]
    if new:
        connection.execute(notice.insert(), new)


def _full(connection: Connection, kept: Mapping[int, ServiceUsage], percent: int) -> _Crossed:
    """What stands above the threshold."""
    found: _Crossed = {}
    for key, one in kept.items():
        if one.space and one.used * 100 >= one.space * percent:
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
