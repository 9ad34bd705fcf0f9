"""Storage figures: write readings, read them back.

Only whole readings come here; a reading that failed leaves the figures as they are and notes the
time of the failure.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.call import STAMP_PREFIX
from puq_zimbra.model import MailboxUsage, ServiceUsage, UsagePoint
from puq_zimbra.store.tables import mailbox, service, usage, whole
from puq_zimbra.units import MB


class Figures:
    """Storage figures over time."""

    def __init__(self, engine: Engine, writer: Engine) -> None:
        self._engine, self._writer = engine, writer

    def write(
        self,
        server: str,
        readings: Iterable[ServiceUsage],
        *,
        whole_at: datetime | None = None,
        failed: Collection[str] = (),
    ) -> frozenset[str]:
        """Keep readings of services on a server (host and port).

        ``whole_at`` says that these are all of the server's services, and when they were read;
        ``failed`` are the stamps of those among them whose figures stay as they are, as stale.
        Returns the stamps of services whose reading is held back, because it fell too low to be
        believed without a second one.
        """
        with self._writer.begin() as connection:
            for stamp in failed:
                _, installation, service_id = stamp.split(":", 2)
                values = {"failed_at": _seconds(whole_at or datetime.now(UTC))}
                known = _known(installation, service_id)
                connection.execute(service.update().where(known).values(values))
            held = frozenset(
                stamp_of(one) for one in readings if not _write_one(connection, server, one)
            )
            if whole_at is not None:
                connection.execute(whole.delete().where(whole.c.server == server))
                row = {"server": server, "measured_at": _seconds(whole_at)}
                complete = {"complete": 0 if failed or held else 1}
                connection.execute(whole.insert(), {**row, **complete})
        return held

    def note_failure(self, server: str, at: datetime) -> None:
        """Mark the figures of every service on a server as stale since ``at``."""
        with self._writer.begin() as connection:
            connection.execute(whole.delete().where(whole.c.server == server))
            connection.execute(
                service.update().where(service.c.server == server).values(failed_at=_seconds(at))
            )

    def forget_whole(self, server: str) -> None:
        """Let the last reading of a server no longer pass for all of its services."""
        with self._writer.begin() as connection:
            connection.execute(whole.delete().where(whole.c.server == server))

    def latest(self, installation: str, service_id: str, **domain: str) -> ServiceUsage | None:
        """A service's last whole reading, of ``domain=`` name or ``domain_id=`` Zimbra's id."""
        query = _latest().where(_known(installation, service_id))
        for column, value in domain.items():
            query = query.where(service.c[column] == value)
        newest = query.order_by(usage.c.measured_at.desc()).limit(1)
        with self._engine.connect() as connection:
            found = connection.execute(newest).first()
            return _reading(connection, found) if found else None

    def latest_of_server(
        self, server: str, installation: str, since: datetime
    ) -> tuple[list[ServiceUsage], bool] | None:
        """An installation's services as the last whole reading of a server found them.

        With whether none of the server's services stayed behind; None if that reading is older
        than ``since``, or there is none.
        """
        with self._engine.connect() as connection:
            last = connection.execute(sa.select(whole).where(whole.c.server == server)).first()
            if last is None or last.measured_at < _seconds(since):
                return None
            found = connection.execute(
                _latest().where(
                    service.c.server == server,
                    service.c.installation == installation,
                    usage.c.measured_at >= last.measured_at,
                )
            ).all()
            return [_reading(connection, row) for row in found], bool(last.complete)

    def history(self, one: ServiceUsage, since: datetime) -> Sequence[UsagePoint]:
        """The readings of a service's domain since a time, oldest first."""
        query = (
            sa.select(usage)
            .join(service, service.c.id == usage.c.service)
            .where(
                _known(one.installation, one.service_id),
                service.c.domain_id == one.domain_id,
                usage.c.measured_at >= _seconds(since),
            )
            .order_by(usage.c.measured_at)
        )
        with self._engine.connect() as connection:
            return [
                UsagePoint(_time(row.measured_at), row.used, row.quota, row.mailboxes)
                for row in connection.execute(query)
            ]


def _known(installation: str, service_id: str) -> sa.ColumnElement[bool]:
    return (service.c.installation == installation) & (service.c.service_id == service_id)


def stamp_of(one: ServiceUsage) -> str:
    """The stamp of a reading's service."""
    return f"{STAMP_PREFIX}{one.installation}:{one.service_id}"


def _write_one(connection: Connection, server: str, one: ServiceUsage) -> bool:
    """Keep a reading; False if it is held back."""
    key = _service_key(connection, server, one)
    if _fell_too_low(connection, key, one):
        return False
    row = {"service": key, "measured_at": _seconds(one.measured_at)}
    for table in (mailbox, usage):  # the same second again replaces
        same = (table.c.service == key) & (table.c.measured_at == row["measured_at"])
        connection.execute(table.delete().where(same))
    connection.execute(
        usage.insert(),
        {**row, "used": one.used, "quota": one.limit, "mailboxes": len(one.mailboxes)},
    )
    if one.mailboxes:
        connection.execute(mailbox.insert(), [_mailbox_row(row, m) for m in one.mailboxes])
    return True


def _fell_too_low(connection: Connection, key: int, one: ServiceUsage) -> bool:
    """Hold back a sum that fell by 90 % and 100 MB until a second reading agrees with it."""
    mine = service.c.id == key
    suspect = connection.execute(sa.select(service.c.suspect).where(mine)).scalar()
    last = connection.execute(
        sa.select(usage.c.used)
        .where(usage.c.service == key, usage.c.measured_at < _seconds(one.measured_at))
        .order_by(usage.c.measured_at.desc())
        .limit(1)
    ).scalar()
    fell = last is not None and one.used * 10 < last and last - one.used > 100 * MB
    agrees = suspect is not None and abs(one.used - suspect) <= 100 * MB
    if not fell or agrees:
        connection.execute(service.update().where(mine).values(suspect=None, failed_at=None))
        return False
    values = {"suspect": one.used, "failed_at": _seconds(one.measured_at)}
    connection.execute(service.update().where(mine).values(values))
    return True


def _service_key(connection: Connection, server: str, one: ServiceUsage) -> int:
    known = _known(one.installation, one.service_id) & (service.c.domain_id == one.domain_id)
    values = {"server": server, "domain": one.domain}
    key = connection.execute(sa.select(service.c.id).where(known)).scalar()
    if key is not None:
        connection.execute(service.update().where(service.c.id == key).values(values))
        return int(key)
    names = {
        "installation": one.installation,
        "service_id": one.service_id,
        "domain_id": one.domain_id,
    }
    inserted = connection.execute(service.insert().values(**names, **values))
    primary_key = inserted.inserted_primary_key
    assert primary_key is not None
    return int(primary_key[0])


def _mailbox_row(row: dict[str, int], one: MailboxUsage) -> dict[str, Any]:
    return {
        **row,
        "account": one.id,
        "address": one.address,
        "used": one.used,
        "quota": one.limit,
        "status": one.status,
    }


def _latest() -> sa.Select[Any]:
    newest = (
        sa.select(sa.func.max(usage.c.measured_at))
        .where(usage.c.service == service.c.id)
        .correlate(service)
        .scalar_subquery()
    )
    return sa.select(service, usage.c.measured_at, usage.c.used, usage.c.quota).join(
        usage, (usage.c.service == service.c.id) & (usage.c.measured_at == newest)
    )


def _reading(connection: Connection, row: Any) -> ServiceUsage:
    boxes = connection.execute(
        sa.select(mailbox).where(
            mailbox.c.service == row.id, mailbox.c.measured_at == row.measured_at
        )
    )
    return ServiceUsage(
        installation=row.installation,
        service_id=row.service_id,
        domain=row.domain,
        domain_id=row.domain_id,
        measured_at=_time(row.measured_at),
        used=row.used,
        limit=row.quota,
        mailboxes=tuple(
            MailboxUsage(box.account, box.address, box.used, box.quota, box.status) for box in boxes
        ),
        stale=row.failed_at is not None and row.failed_at > row.measured_at,
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
