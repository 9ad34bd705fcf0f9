"""Move a staged reading over: the services' sums, their mailboxes, and what follows from them.

One short transaction, in which only what differs is written. A sum that fell too low to be believed
is held back until a second reading agrees with it.

Source: SQLite and PostgreSQL "INSERT … ON CONFLICT DO UPDATE".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from puq_zimbra.call import STAMP_PREFIX
from puq_zimbra.model import ServiceUsage
from puq_zimbra.store import crossings
from puq_zimbra.store.staging import Stage, staged_account, staged_service, staged_storage
from puq_zimbra.store.tables import mailbox, mailbox_day, peak, service, usage
from puq_zimbra.units import MB


def keep(
    connection: Connection,
    stage: Stage,
    server: str,
    readings: Sequence[tuple[int, ServiceUsage]],
    notice_percent: int,
) -> frozenset[str]:
    """Keep readings with their numbers on the stage; return the stamps of those held back.

    From ``notice_percent`` of its limit on, a service or a mailbox is worth a notice.
    """
    keys = _service_keys(connection, server, [one for _, one in readings])
    last = _last_sums(connection)
    kept: list[tuple[int, int, ServiceUsage]] = []
    held = set()
    for number, one in readings:
        key = keys[one.installation, one.service_id, one.domain_id]
        if _fell_too_low(connection, key, one, *last.get(key, (None, None, None))):
            held.add(f"{STAMP_PREFIX}{one.installation}:{one.service_id}")
        else:
            kept.append((number, key, one))
    if kept:
        _write_sums(connection, kept)
        stage.services((number, key) for number, key, _ in kept)
        _write_mailboxes(connection)
        _write_day(connection, kept)
        _write_peaks(connection, kept)
        crossings.note(connection, {key: one for _, key, one in kept}, notice_percent)
    return frozenset(held)


def _service_keys(
    connection: Connection, server: str, readings: Sequence[ServiceUsage]
) -> dict[tuple[str, str, str], int]:
    """Our keys of the services; those that are new are added, moved ones noted."""
    wanted = {
        (one.installation, one.service_id, one.domain_id): (server, one.domain, one.address)
        for one in readings
    }
    keys = {}
    for row in connection.execute(sa.select(service)):
        name = (row.installation, row.service_id, row.domain_id)
        if name not in wanted:
            continue
        keys[name] = int(row.id)
        place = wanted.pop(name)
        if place != (row.server, row.domain, row.address):
            values = dict(zip(("server", "domain", "address"), place, strict=True))
            connection.execute(service.update().where(service.c.id == row.id).values(values))
    for name, place in wanted.items():
        columns = ("installation", "service_id", "domain_id", "server", "domain", "address")
        values = dict(zip(columns, (*name, *place), strict=True))
        inserted = connection.execute(service.insert().values(values)).inserted_primary_key
        assert inserted is not None
        keys[name] = int(inserted[0])
    return keys


def _last_sums(connection: Connection) -> dict[int, tuple[int | None, int | None, int | None]]:
    """The last sum of every service, what was held back, and when a reading failed."""
    newest = (
        sa.select(usage.c.service, sa.func.max(usage.c.measured_at).label("at"))
        .group_by(usage.c.service)
        .subquery()
    )
    query = (
        sa.select(service.c.id, usage.c.used, service.c.suspect, service.c.failed_at)
        .join(newest, newest.c.service == service.c.id)
        .join(usage, (usage.c.service == service.c.id) & (usage.c.measured_at == newest.c.at))
    )
    return {row.id: (row.used, row.suspect, row.failed_at) for row in connection.execute(query)}


def _fell_too_low(
    connection: Connection,
    key: int,
    one: ServiceUsage,
    last: int | None,
    suspect: int | None,
    failed_at: int | None,
) -> bool:
    """Hold back a sum that fell by 90 % and 100 MB until a second reading agrees with it."""
    mine = service.c.id == key
    fell = last is not None and one.used * 10 < last and last - one.used > 100 * MB
    agrees = suspect is not None and abs(one.used - suspect) <= 100 * MB
    if not fell or agrees:
        if suspect is not None or failed_at is not None:
            connection.execute(service.update().where(mine).values(suspect=None, failed_at=None))
        return False
    values = {"suspect": one.used, "failed_at": _seconds(one)}
    connection.execute(service.update().where(mine).values(values))
    return True


def _write_sums(connection: Connection, kept: Sequence[tuple[int, int, ServiceUsage]]) -> None:
    rows = [
        {
            "service": key,
            "measured_at": _seconds(one),
            "used": one.used,
            "quota": one.limit,
            "mailbox_limits": one.mailbox_limits,
            "mailboxes": one.counts.mailboxes,
            "classes": json.dumps(one.counts.classes, sort_keys=True),
            "aliases": one.counts.aliases,
            "lists": one.counts.lists,
            "alias_domains": one.counts.alias_domains,
        }
        for _, key, one in kept
    ]
    insert = _insert(connection, usage)
    key = ["service", "measured_at"]  # the same second again replaces
    new = {name: insert.excluded[name] for name in rows[0] if name not in key}
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=new), rows)


def _write_mailboxes(connection: Connection) -> None:
    staged = (
        sa.select(
            staged_service.c.service,
            staged_account.c.account,
            staged_account.c.address,
            staged_storage.c.used,
            staged_storage.c.quota,
            staged_account.c.status,
            staged_account.c.cos,
        )
        .join(staged_service, staged_service.c.tally == staged_account.c.tally)
        .join(staged_storage, staged_storage.c.account == staged_account.c.account)
        .where(sa.true())  # SQLite's parser would take ON CONFLICT for the join's
        .order_by(staged_service.c.service, staged_account.c.account)
    )
    columns = ("service", "account", "address", "used", "quota", "status", "cos")
    insert = _insert(connection, mailbox).from_select(columns, staged)
    new = {name: insert.excluded[name] for name in columns[2:]}
    differs = sa.or_(*(mailbox.c[name].is_distinct_from(insert.excluded[name]) for name in new))
    connection.execute(
        insert.on_conflict_do_update(index_elements=["service", "account"], set_=new, where=differs)
    )
    _forget_gone(connection)


def _forget_gone(connection: Connection) -> None:
    """Take out the mailboxes that the reading does not name any more."""
    there = (
        sa.select(staged_service.c.service, sa.func.count().label("n"))
        .join(staged_account, staged_account.c.tally == staged_service.c.tally)
        .group_by(staged_service.c.service)
        .subquery()
    )
    held = (
        sa.select(mailbox.c.service, sa.func.count().label("n"))
        .where(mailbox.c.service.in_(sa.select(staged_service.c.service)))
        .group_by(mailbox.c.service)
        .subquery()
    )
    more = sa.select(held.c.service).outerjoin(there, there.c.service == held.c.service)
    for row in connection.execute(more.where(held.c.n > sa.func.coalesce(there.c.n, 0))).all():
        named = (
            sa.select(staged_account.c.account)
            .join(staged_service, staged_service.c.tally == staged_account.c.tally)
            .where(staged_service.c.service == row.service)
        )
        mine = mailbox.c.service == row.service
        connection.execute(mailbox.delete().where(mine, mailbox.c.account.not_in(named)))


def _write_day(connection: Connection, kept: Sequence[tuple[int, int, ServiceUsage]]) -> None:
    """Keep what each mailbox holds, once a day."""
    day = max(_seconds(one) for _, _, one in kept) // 86400
    done = sa.select(mailbox_day.c.service).where(mailbox_day.c.day == day).distinct()
    rows = (
        sa.select(mailbox.c.service, sa.literal(day), mailbox.c.account, mailbox.c.used)
        .where(
            mailbox.c.service.in_(sa.select(staged_service.c.service)),
            mailbox.c.service.not_in(done),
        )
        .order_by(mailbox.c.service, mailbox.c.account)
    )
    columns = ("service", "day", "account", "used")
    connection.execute(mailbox_day.insert().from_select(columns, rows))


def _write_peaks(connection: Connection, kept: Sequence[tuple[int, int, ServiceUsage]]) -> None:
    """Raise the month's highest figures, with the reading that shows them."""
    rows = []
    for _, key, one in kept:
        figures = {"storage": one.used, "mailboxes": one.counts.mailboxes}
        for cos, statuses in one.counts.classes.items():
            figures[f"cos:{cos}"] = sum(statuses.values())
        row = {"service": key, "month": f"{one.measured_at.astimezone(UTC):%Y-%m}"}
        rows += [
            {**row, "figure": name, "value": value, "measured_at": _seconds(one)}
            for name, value in figures.items()
        ]
    insert = _insert(connection, peak)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["service", "month", "figure"],
            set_={"value": insert.excluded.value, "measured_at": insert.excluded.measured_at},
            where=insert.excluded.value > peak.c.value,
        ),
        rows,
    )


def _insert(connection: Connection, table: sa.Table) -> Any:
    """An INSERT that can say what to do where the row is there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _seconds(one: ServiceUsage) -> int:
    at: datetime = one.measured_at
    return int(at.timestamp())
