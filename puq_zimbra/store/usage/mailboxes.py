"""Move the mailboxes of a staged reading over.

Only what differs is written, and nothing is looked at but the services of the reading.

Source: SQLite and PostgreSQL "INSERT … ON CONFLICT DO UPDATE".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.store import dialects
from puq_zimbra.store.tables import mailbox, mailbox_day
from puq_zimbra.store.usage.temp_tables import (
    STAGED,
    staged_account,
    staged_service,
    staged_storage,
)

_HELD = (
    sa.select(mailbox.c.service, sa.func.count().label("mailboxes"))
    .where(mailbox.c.service.in_(STAGED))
    .group_by(mailbox.c.service)
)
_FORGET_GONE = mailbox.delete().where(
    mailbox.c.service == sa.bindparam("of_key"),
    mailbox.c.account.not_in(
        sa.select(staged_account.c.account)
        .join(staged_service, staged_service.c.tally == staged_account.c.tally)
        .where(staged_service.c.service == sa.bindparam("of_key"))
    ),
)
_noted_today = sa.exists().where(
    mailbox_day.c.service == staged_service.c.service,
    mailbox_day.c.day == sa.bindparam("today"),
)
_ADD_DAY = mailbox_day.insert().from_select(
    ("service", "day", "account", "used"),
    sa.select(
        mailbox.c.service,
        sa.bindparam("today", type_=sa.Integer),
        mailbox.c.account,
        mailbox.c.used,
    )
    .where(mailbox.c.service.in_(STAGED.where(~_noted_today)))
    .order_by(mailbox.c.service, mailbox.c.account),
)


def move(connection: Connection, counts: Mapping[int, int], day: int) -> None:
    """Write the mailboxes of the staged services, and what each holds if that is not kept of a day.

    ``counts`` are the mailboxes that the reading names, by our key of the service; ``day`` is in
    days since 1970 (UTC).
    """
    connection.execute(_move(connection.dialect.name))
    for row in connection.execute(_HELD).all():
        if row.mailboxes > counts[row.service]:
            connection.execute(_FORGET_GONE, {"of_key": row.service})
    connection.execute(_ADD_DAY, {"today": day})


#: what a mailbox is staged as, in the order of `_COLUMNS`
_NEW = (
    staged_service.c.service,
    staged_account.c.account,
    staged_account.c.address,
    staged_storage.c.used,
    staged_storage.c.quota,
    staged_account.c.status,
    staged_account.c.cos,
)
_COLUMNS = ("service", "account", "address", "used", "quota", "status", "cos")


@cache
def _move(dialect: str) -> Any:
    staged = (
        sa.select(*_NEW)
        .join(staged_service, staged_service.c.tally == staged_account.c.tally)
        .join(staged_storage, staged_storage.c.account == staged_account.c.account)
        .where(sa.true())  # SQLite's parser would take ON CONFLICT for the join's
        .order_by(staged_service.c.service, staged_account.c.account)
    )
    insert = dialects.insert(dialect, mailbox)
    new = {name: insert.excluded[name] for name in _COLUMNS[2:]}
    differs = None
    if dialect == "postgresql":
        # It locks, and so writes, every row that it finds a conflict with: what is as it was must
        # not come so far.
        held = (mailbox.c.service == _NEW[0]) & (mailbox.c.account == _NEW[1])
        is_new = mailbox.c.account.is_(None)
        staged = staged.outerjoin(mailbox, held).where(is_new | _differs(_NEW[2:]))
    else:
        differs = _differs(tuple(new.values()))
    return insert.from_select(_COLUMNS, staged).on_conflict_do_update(
        index_elements=["service", "account"], set_=new, where=differs
    )


def _differs(new: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[bool]:
    """Whether a mailbox is not as these values say."""
    held = (mailbox.c[name] for name in _COLUMNS[2:])
    return sa.or_(*(old.is_distinct_from(one) for old, one in zip(held, new, strict=True)))
