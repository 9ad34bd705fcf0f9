"""Figures over time: what was measured, the month's highest, what passed a threshold; retention.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.readings import Growth, Notice, Peak, ServiceUsage, UsagePoint
from puq_zimbra.store.engine import writer
from puq_zimbra.store.tables import COS_FIGURE, mailbox, mailbox_day, notice, peak, service, usage
from puq_zimbra.store.usage import cosnames
from puq_zimbra.store.usage.usage_store import MINE, mine, reading, seconds, time, until

_DAY = 86400

_POINTS = (
    sa.select(usage)
    .join(service, service.c.id == usage.c.service)
    .where(MINE, usage.c.measured_at.between(sa.bindparam("since"), sa.bindparam("until")))
    .order_by(usage.c.measured_at)
)
_FIRST_DAY = (
    sa.select(sa.func.min(mailbox_day.c.day))
    .join(service, service.c.id == mailbox_day.c.service)
    .where(MINE, mailbox_day.c.day >= sa.bindparam("since_day"))
)
_grown = mailbox.c.used - sa.func.coalesce(mailbox_day.c.used, 0)
_GROWTH = (
    sa.select(mailbox.c.address, mailbox.c.used, _grown.label("grown"))
    .join(service, service.c.id == mailbox.c.service)
    .outerjoin(
        mailbox_day,
        (mailbox_day.c.service == mailbox.c.service)
        & (mailbox_day.c.account == mailbox.c.account)
        & (mailbox_day.c.day == sa.bindparam("first_day")),
    )
    .where(MINE, _grown > 0)
    .order_by(_grown.desc(), mailbox.c.address)
    .limit(sa.bindparam("most"))
)


class Retention(Protocol):
    """For how long figures are kept, in days."""

    raw_days: int
    daily_days: int
    mailbox_days: int


class History:
    """Figures over time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def points(
        self, one: ServiceUsage, since: datetime, now: datetime | None = None
    ) -> Sequence[UsagePoint]:
        """The readings of a service's domain since a time, oldest first, none from the future."""
        times: dict[str, Any] = {"since": seconds(since), "until": until(now)}
        with self._engine.connect() as connection:
            return [
                UsagePoint(time(row.measured_at), row.used, row.quota, row.mailboxes)
                for row in connection.execute(_POINTS, mine(one) | times)
            ]

    def readings(
        self, installation: str | None, service_id: str | None, since: datetime | None
    ) -> Iterator[ServiceUsage | str]:
        """Every kept reading, by service and time; of a damaged one what its service is called."""
        query = sa.select(service, usage).join(usage, usage.c.service == service.c.id)
        if installation is not None:
            query = query.where(service.c.installation == installation)
        if service_id is not None:
            query = query.where(service.c.service_id == service_id)
        if since is not None:
            query = query.where(usage.c.measured_at >= seconds(since))
        order = (service.c.installation, service.c.service_id, usage.c.measured_at)
        with self._engine.connect() as connection:
            streamed = connection.execution_options(yield_per=1000)
            for row in streamed.execute(query.order_by(*order)):
                yield reading(row) or f"{row.installation} {row.service_id}"

    def growth(self, one: ServiceUsage, since: datetime, most: int) -> Sequence[Growth]:
        """The mailboxes that grew the most, beginning with the first day kept since a time.

        One that was not there on that day grew from nothing.
        """
        with self._engine.connect() as connection:
            since_day = mine(one) | {"since_day": seconds(since) // _DAY}
            day = connection.execute(_FIRST_DAY, since_day).scalar_one()
            if day is None:
                return []
            which = mine(one) | {"first_day": day, "most": most}
            return [
                Growth(row.address, row.used, row.grown, time(day * _DAY).date())
                for row in connection.execute(_GROWTH, which)
            ]

    def peaks(
        self, installation: str | None, service_id: str | None, month: str | None
    ) -> Iterator[Peak]:
        """The highest figures of months (YYYY-MM), with the readings that show them."""
        names = (service.c.installation, service.c.service_id, service.c.domain, service.c.server)
        query = sa.select(*names, peak).join(peak, peak.c.service == service.c.id)
        for column, value in (
            (service.c.installation, installation),
            (service.c.service_id, service_id),
            (peak.c.month, month),
        ):
            if value is not None:
                query = query.where(column == value)
        order = (service.c.installation, service.c.service_id, peak.c.month, peak.c.figure)
        with self._engine.connect() as connection:
            cos_names = cosnames.everywhere(connection)
            for row in connection.execute(query.order_by(*order)):
                yield _peak(row, *cos_names)

    def notices(
        self, installation: str | None, after: int = 0, since: datetime | None = None
    ) -> Sequence[Notice]:
        """What passed a threshold, oldest first: after a notice's number, or since a time."""
        names = (service.c.installation, service.c.service_id)
        query = sa.select(*names, notice).join(notice, notice.c.service == service.c.id)
        query = query.where(notice.c.id > after)
        if installation is not None:
            query = query.where(service.c.installation == installation)
        if since is not None:
            query = query.where(notice.c.crossed_at >= seconds(since))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(notice.c.id)).all()
        return [_notice(row) for row in rows]

    def prune(self, now: datetime, keep: Retention) -> int:
        """Thin out what is older than its time; return how many rows went."""
        raw = seconds(now - timedelta(days=keep.raw_days))
        daily = seconds(now - timedelta(days=max(keep.daily_days, keep.raw_days)))
        gone = 0
        with writer(self._engine).begin() as connection:
            days = usage.c.measured_at // _DAY
            gone += _thin(connection, usage.c.measured_at.between(daily, raw - 1), days)
            gone += _thin(connection, usage.c.measured_at < daily, _month(connection))
            old = mailbox_day.c.day < seconds(now) // _DAY - keep.mailbox_days
            gone += connection.execute(mailbox_day.delete().where(old)).rowcount
        return gone


def _thin(connection: Connection, old: sa.ColumnElement[bool], period: Any) -> int:
    """Keep the last reading of each period among the old ones, and those that show a peak."""
    kept = (
        sa.select(usage.c.service, sa.func.max(usage.c.measured_at).label("at"))
        .where(old)
        .group_by(usage.c.service, period)
        .subquery()
    )
    is_kept = sa.exists().where(kept.c.service == usage.c.service, kept.c.at == usage.c.measured_at)
    is_evidence = sa.exists().where(
        peak.c.service == usage.c.service, peak.c.measured_at == usage.c.measured_at
    )
    return connection.execute(usage.delete().where(old, ~is_kept, ~is_evidence)).rowcount


def _month(connection: Connection) -> Any:
    """The month of a reading, in the database's own words."""
    if connection.dialect.name == "postgresql":
        return sa.func.to_char(sa.func.to_timestamp(usage.c.measured_at), "YYYY-MM")
    return sa.func.strftime("%Y-%m", usage.c.measured_at, "unixepoch")


def _peak(row: Any, of_servers: Mapping[tuple[str, str], str], anywhere: Mapping[str, str]) -> Peak:
    figure, cos = row.figure, ""
    if figure.startswith(COS_FIGURE):
        cos = figure.removeprefix(COS_FIGURE)
        name = of_servers.get((row.server, cos)) or anywhere.get(cos)
        # Without a name it is that of a class which was gone before version 5.
        figure, cos = (COS_FIGURE + name, cos) if name else (figure, "")
    return Peak(
        installation=row.installation,
        service_id=row.service_id,
        domain=row.domain,
        month=row.month,
        figure=figure if figure != COS_FIGURE else COS_FIGURE + "default",
        value=row.value,
        measured_at=time(row.measured_at),
        cos=cos,
    )


def _notice(row: Any) -> Notice:
    return Notice(
        id=row.id,
        installation=row.installation,
        service_id=row.service_id,
        address=row.address,
        mailbox=bool(row.account),
        used=row.used,
        limit=row.quota,
        crossed_at=time(row.crossed_at),
        ended_at=None if row.ended_at is None else time(row.ended_at),
    )
