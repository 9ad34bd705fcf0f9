"""Move a staged reading over: the services' sums, their mailboxes, and what follows from them.

One short transaction, in which only what differs is written, and which looks at nothing but the
services of the reading: what it takes must not grow with what the store holds of others. A sum that
fell too low to be believed is held back until a second reading agrees with it.

Source: SQLite and PostgreSQL "INSERT … ON CONFLICT DO UPDATE".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.config import UsageSettings
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.request import STAMP_PREFIX
from puq_zimbra.store import dialects
from puq_zimbra.store.tables import COS_FIGURE, peak, service, usage
from puq_zimbra.store.usage import cosnames, crossings, mailboxes
from puq_zimbra.store.usage.temp_tables import STAGED, Stage, staged_service
from puq_zimbra.units import MB

#: services looked up by one statement; SQLite takes some thirty thousand values
_BATCH = 500
#: seconds by which a reading may be ahead of the clock; one that is more so was dated wrongly, and
#: never counts as the newest
AHEAD = 300

# All statements are built once: to build those of one reading takes as long as to run them.
#: by two thirds of the name, for with all of it at once SQLite would look at every row
_SERVICES = sa.select(service).where(
    service.c.installation == sa.bindparam("of_installation"),
    service.c.service_id.in_(sa.bindparam("of_services", expanding=True)),
)
_CHANGE_SERVICE = service.update().where(service.c.id == sa.bindparam("of_key"))
_PEAKS = sa.select(peak).where(
    peak.c.month.in_(sa.bindparam("of_months", expanding=True)),
    peak.c.service.in_(STAGED),
)
_NEWEST = (
    sa.select(sa.func.max(usage.c.measured_at))
    .where(
        usage.c.service == staged_service.c.service,
        usage.c.measured_at <= sa.bindparam("until"),
    )
    .correlate(staged_service)
    .scalar_subquery()
)
_LAST_SUMS = (
    sa.select(service.c.id, usage.c.used, service.c.suspect, service.c.failed_at)
    .join(staged_service, staged_service.c.service == service.c.id)
    .outerjoin(usage, (usage.c.service == service.c.id) & (usage.c.measured_at == _NEWEST))
)


def keep(
    connection: Connection,
    stage: Stage,
    server: str,
    readings: Sequence[tuple[int, ServiceUsage]],
    settings: UsageSettings,
) -> frozenset[str]:
    """Keep readings with their numbers on the stage; return the stamps of those held back.

    The settings say from where on a service or a mailbox is worth a notice, and which mailboxes are
    billed.
    """
    keys = _service_keys(connection, server, [one for _, one in readings])
    keyed = [(number, keys[_name(one)], one) for number, one in readings]
    stage.services((number, key) for number, key, _ in keyed)
    last = _last_sums(connection, max((_seconds(one) for _, _, one in keyed), default=0))
    kept: list[tuple[int, int, ServiceUsage]] = []
    held = set()
    for number, key, one in keyed:
        if _fell_too_low(connection, key, one, *last.get(key, (None, None, None))):
            held.add(f"{STAMP_PREFIX}{one.installation}:{one.service_id}")
            stage.leave_out(number)
        else:
            kept.append((number, key, one))
    if kept:
        _write_sums(connection, kept)
        cosnames.note(connection, server, [one for _, _, one in kept])
        counts = {key: one.counts.mailboxes for _, key, one in kept}
        mailboxes.move(connection, counts, max(_seconds(one) for _, _, one in kept) // 86400)
        _write_peaks(connection, kept, settings)
        crossings.note(connection, {key: one for _, key, one in kept}, settings.notice_percent)
    return frozenset(held)


def _service_keys(
    connection: Connection, server: str, readings: Sequence[ServiceUsage]
) -> dict[tuple[str, str, str], int]:
    """Our keys of the services; those that are new are added, moved ones noted."""
    wanted = {_name(one): (server, one.domain, one.address) for one in readings}
    keys = {}
    for row in _known(connection, list(wanted)):
        name = (row.installation, row.service_id, row.domain_id)
        if name not in wanted:  # it had another domain
            continue
        keys[name] = int(row.id)
        place = wanted.pop(name)
        if place != (row.server, row.domain, row.address):
            values = dict(zip(("server", "domain", "address"), place, strict=True))
            connection.execute(_CHANGE_SERVICE, {"of_key": row.id, **values})
    for name, place in wanted.items():
        columns = ("installation", "service_id", "domain_id", "server", "domain", "address")
        values = dict(zip(columns, (*name, *place), strict=True))
        added = connection.execute(_add_service(connection.dialect.name), values)
        keys[name] = int(added.scalar_one())
    return keys


@cache
def _add_service(dialect: str) -> Any:
    insert = dialects.insert(dialect, service)
    # Another server, which holds a copy of the domain, may be adding it at this moment.
    new = {name: insert.excluded[name] for name in ("server", "domain", "address")}
    name = ("installation", "service_id", "domain_id")
    return insert.on_conflict_do_update(index_elements=name, set_=new).returning(service.c.id)


def _name(one: ServiceUsage) -> tuple[str, str, str]:
    """What the store knows a service's domain by."""
    return one.installation, one.service_id, one.domain_id


def _known(connection: Connection, names: Iterable[tuple[str, str, str]]) -> Iterator[Any]:
    """The rows of the services of these names."""
    ids: dict[str, list[str]] = {}
    for installation, service_id, _ in names:
        ids.setdefault(installation, []).append(service_id)
    for installation, wanted in ids.items():
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            of_batch = {"of_installation": installation, "of_services": batch}
            yield from connection.execute(_SERVICES, of_batch).all()


def _last_sums(
    connection: Connection, now: int
) -> dict[int, tuple[int | None, int | None, int | None]]:
    """The last sum of each staged service, what was held back, and when a reading failed."""
    found = connection.execute(_LAST_SUMS, {"until": now + AHEAD})
    return {row.id: (row.used, row.suspect, row.failed_at) for row in found}


def _fell_too_low(
    connection: Connection,
    key: int,
    one: ServiceUsage,
    last: int | None,
    suspect: int | None,
    failed_at: int | None,
) -> bool:
    """Hold back a sum that fell by 90 % and 100 MB until a second reading agrees with it."""
    fell = last is not None and one.used * 10 < last and last - one.used > 100 * MB
    agrees = suspect is not None and abs(one.used - suspect) <= 100 * MB
    if not fell or agrees:
        if suspect is not None or failed_at is not None:
            believed = {"of_key": key, "suspect": None, "failed_at": None}
            connection.execute(_CHANGE_SERVICE, believed)
        return False
    doubted = {"of_key": key, "suspect": one.used, "failed_at": _seconds(one)}
    connection.execute(_CHANGE_SERVICE, doubted)
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
            "resources": one.counts.resources,
        }
        for _, key, one in kept
    ]
    connection.execute(_add_sums(connection.dialect.name), rows)


@cache
def _add_sums(dialect: str) -> Any:
    insert = dialects.insert(dialect, usage)
    key = ["service", "measured_at"]  # the same second again replaces
    new = {one.name: insert.excluded[one.name] for one in usage.c if one.name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=new)


def _write_peaks(
    connection: Connection, kept: Sequence[tuple[int, int, ServiceUsage]], settings: UsageSettings
) -> None:
    """Raise the month's highest figures, with the reading that shows them."""
    rows, now = [], max(_seconds(one) for _, _, one in kept)
    for _, key, one in kept:
        billed = one.counts.billable(
            locked=settings.bill_locked, closed=settings.bill_closed, in_bin=settings.bill_bin
        )
        figures = {"storage": one.used, "mailboxes": sum(billed.values())}
        if one.counts.resources:
            figures["resources"] = one.counts.resources
        figures |= {COS_FIGURE + cos: count for cos, count in billed.items()}
        row = {"service": key, "month": f"{one.measured_at.astimezone(UTC):%Y-%m}"}
        rows += [
            {**row, "figure": name, "value": value, "measured_at": _seconds(one)}
            for name, value in figures.items()
        ]
    months = {"of_months": list({row["month"] for row in rows})}
    found = connection.execute(_PEAKS, months)
    # One that a wrong clock dated later than now shows nothing of this month.
    highest = {
        (row.service, row.month, row.figure): row.value
        for row in found
        if row.measured_at <= now + AHEAD
    }
    higher = [
        row
        for row in rows
        if row["value"] > highest.get((row["service"], row["month"], row["figure"]), -1)
    ]
    if higher:
        connection.execute(_raise_peaks(connection.dialect.name), higher)


@cache
def _raise_peaks(dialect: str) -> Any:
    insert = dialects.insert(dialect, peak)
    return insert.on_conflict_do_update(
        index_elements=["service", "month", "figure"],
        set_={"value": insert.excluded.value, "measured_at": insert.excluded.measured_at},
        where=(insert.excluded.value > peak.c.value)
        | (peak.c.measured_at > insert.excluded.measured_at + AHEAD),
    )


def _seconds(one: ServiceUsage) -> int:
    at: datetime = one.measured_at
    return int(at.timestamp())
