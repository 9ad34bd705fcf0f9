"""Readings of storage: keep them, read them back.

Only whole readings are kept. A failed one leaves the figures as they are, and its time is noted.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import starmap
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.config import UsageSettings
from puq_zimbra.readings import Counts, MailboxUsage, ServiceUsage
from puq_zimbra.store import locks
from puq_zimbra.store.engine import writer
from puq_zimbra.store.tables import mailbox, service, usage, whole
from puq_zimbra.store.usage import commit_reading, cosnames, temp_tables
from puq_zimbra.store.usage.commit_reading import AHEAD
from puq_zimbra.store.usage.temp_tables import Stage
from puq_zimbra.units import MOST

log = logging.getLogger("puq_zimbra")

# Statements of the customer's page are built once: to build one takes longer than to run it.
_KNOWN = (service.c.installation == sa.bindparam("of_installation")) & (
    service.c.service_id == sa.bindparam("of_service")
)
#: the row of a service's domain, see `mine`
MINE = _KNOWN & (service.c.domain_id == sa.bindparam("of_domain_id"))
_COLUMNS = ("account", "address", "used", "quota", "status", "cos")
_MAILBOXES = (
    sa.select(*(mailbox.c[name] for name in _COLUMNS))
    .join(service, service.c.id == mailbox.c.service)
    .where(MINE)
)
_FAILED = service.update().where(_KNOWN)
#: when a service was measured last, until a moment
_MEASURED = (
    sa.select(sa.func.max(usage.c.measured_at))
    .where(usage.c.service == service.c.id, usage.c.measured_at <= sa.bindparam("until"))
    .correlate(service)
    .scalar_subquery()
)


class UsageStore:
    """Storage figures over time."""

    def __init__(self, engine: Engine, settings: UsageSettings) -> None:
        self._engine, self._settings = engine, settings

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Where the pages of one reading go until all of it was read."""
        with temp_tables.stage(self._engine) as stage:
            yield stage

    @locks.retried
    def keep(
        self,
        server: str,
        stage: Stage,
        readings: Sequence[tuple[int, ServiceUsage]],
        *,
        whole_at: datetime | None = None,
        failed: Collection[str] = (),
        complete: bool = True,
    ) -> frozenset[str]:
        """Keep the staged readings of services on a server (host and port).

        ``readings`` go with their numbers on the stage. ``whole_at`` says that these are all of the
        server's services that we may see, and when they were read; ``failed`` are the stamps of
        those among them whose figures stay as they are, as stale; ``complete`` is false if there
        may be services that we do not see. Returns the stamps of services whose reading is held
        back, because it fell too low to be believed without a second one.
        """
        with temp_tables.moving(stage, locks.server(server)) as connection:
            for stamp in failed:
                _, installation, service_id = stamp.split(":", 2)
                failed_at = {"failed_at": seconds(whole_at or datetime.now(UTC))}
                which = {"of_installation": installation, "of_service": service_id}
                connection.execute(_FAILED, which | failed_at)
            held = commit_reading.keep(connection, stage, server, readings, self._settings)
            if whole_at is not None:
                connection.execute(whole.delete().where(whole.c.server == server))
                row = {"server": server, "measured_at": seconds(whole_at)}
                all_there = {"complete": 0 if failed or held or not complete else 1}
                connection.execute(whole.insert(), {**row, **all_there})
        return held

    def write(self, server: str, one: ServiceUsage) -> bool:
        """Keep one service's reading, with its mailboxes; False if it is held back."""
        with self.stage() as stage:
            boxes = one.mailboxes
            stage.accounts([(0, m.id, m.address, m.status, m.cos) for m in boxes])
            stage.storage((m.id, m.used or 0, m.limit) for m in boxes)
            return not self.keep(server, stage, [(0, one)])

    @locks.retried
    def note_failure(self, server: str, at: datetime) -> None:
        """Mark the figures of every service on a server as stale since ``at``."""
        with writer(self._engine, locks.server(server)).begin() as connection:
            connection.execute(whole.delete().where(whole.c.server == server))
            connection.execute(
                service.update().where(service.c.server == server).values(failed_at=seconds(at))
            )

    def newest(self) -> dict[str, datetime]:
        """When a server (host and port), or any service on it, was measured last."""
        # One look into the index for each service, however many readings are kept.
        last = sa.select(service.c.server, _MEASURED.label("at")).subquery()
        newest = sa.select(last.c.server, sa.func.max(last.c.at)).group_by(last.c.server)
        with self._engine.connect() as connection:
            # A server may hold no service yet.
            read = connection.execute(sa.select(whole.c.server, whole.c.measured_at)).all()
            found = connection.execute(newest, {"until": until(datetime.now(UTC))}).all()
        known: dict[str, int] = {}
        for server, at in (*read, *found):
            if at is not None:
                known[server] = max(at, known.get(server, 0))
        return {server: time(at) for server, at in known.items()}

    def forget_whole(self, server: str) -> None:
        """Let the last reading of a server no longer pass for all of its services."""
        with writer(self._engine, locks.server(server)).begin() as connection:
            connection.execute(whole.delete().where(whole.c.server == server))

    def latest(
        self, installation: str, service_id: str, *, now: datetime | None = None, **domain: str
    ) -> ServiceUsage | None:
        """A service's last whole reading, of ``domain=`` name or ``domain_id=`` Zimbra's id.

        One that was dated later than ``now``, by a wrong clock, is none.
        """
        which = {"of_installation": installation, "of_service": service_id}
        which |= {f"of_{column}": value for column, value in domain.items()}
        bounded: Mapping[str, Any] = {**which, "until": until(now)}
        with self._engine.connect() as connection:
            found = connection.execute(_newest(*domain), bounded).first()
            if found is None:
                return None
            return reading(found, cosnames.of_server(connection, found.server))

    def latest_of_server(
        self, server: str, installation: str, since: datetime, now: datetime | None = None
    ) -> tuple[list[ServiceUsage], bool] | None:
        """An installation's services as the last whole reading of a server found them.

        With whether none of the server's services stayed behind; None if that reading is older
        than ``since``, dated later than ``now`` or damaged, or there is none.
        """
        with self._engine.connect() as connection:
            last = connection.execute(sa.select(whole).where(whole.c.server == server)).first()
            latest = until(now)
            if last is None or not seconds(since) <= last.measured_at <= latest:
                return None
            found = connection.execute(
                _latest().where(
                    service.c.server == server,
                    service.c.installation == installation,
                    usage.c.measured_at >= last.measured_at,
                ),
                {"until": latest},
            ).all()
            names = cosnames.of_server(connection, server)
            read = [reading(row, names) for row in found]
            if None in read:
                return None
            return [one for one in read if one is not None], bool(last.complete)

    def mailboxes(self, one: ServiceUsage) -> tuple[MailboxUsage, ...]:
        """The mailboxes of a service at its last reading."""
        with self._engine.connect() as connection:
            # By place: by name, ten thousand rows take twice as long.
            # All at once: fetched one by one, they take a third longer.
            return tuple(starmap(MailboxUsage, connection.execute(_MAILBOXES, mine(one)).all()))


def mine(one: ServiceUsage) -> dict[str, str]:
    """What fills the places of `MINE` for a service's domain."""
    names = {"of_installation": one.installation, "of_service": one.service_id}
    return names | {"of_domain_id": one.domain_id}


def _latest() -> sa.Select[Any]:
    return sa.select(service, usage).join(
        usage, (usage.c.service == service.c.id) & (usage.c.measured_at == _MEASURED)
    )


@cache
def _newest(*columns: str) -> sa.Select[Any]:
    which = (service.c[name] == sa.bindparam(f"of_{name}") for name in columns)
    return _latest().where(_KNOWN, *which).order_by(usage.c.measured_at.desc()).limit(1)


def reading(row: Any, cos_names: Mapping[str, str] = MappingProxyType({})) -> ServiceUsage | None:
    """A reading from its row, joined with its service's; None if it is damaged.

    ``cos_names`` are by id.
    """
    classes = _classes(row.classes)
    if classes is None:
        # One damaged row must not hide other services; the next reading replaces it.
        fields = {"service": f"{row.installation}:{row.service_id}"}
        log.warning("damaged reading passed over", extra={"fields": fields})
        return None
    return ServiceUsage(
        installation=row.installation,
        service_id=row.service_id,
        domain=row.domain,
        domain_id=row.domain_id,
        measured_at=time(row.measured_at),
        used=row.used,
        limit=row.quota,
        mailbox_limits=row.mailbox_limits,
        counts=Counts(
            classes=classes,
            aliases=row.aliases,
            lists=row.lists,
            alias_domains=row.alias_domains,
            resources=row.resources,
            names={cos: cos_names[cos] for cos in classes if cos in cos_names},
        ),
        address=row.address,
        stale=row.failed_at is not None and row.failed_at > row.measured_at,
    )


def _classes(text: object) -> Mapping[str, Mapping[str, int]] | None:
    """The mailboxes by class and status as a row holds them; None if it is damaged."""
    try:
        found = json.loads(str(text))
        counts = [count for statuses in found.values() for count in statuses.values()]
    except (ValueError, AttributeError):
        return None
    return found if all(isinstance(count, int) for count in counts) else None


def until(now: datetime | None) -> int:
    """The latest time of a reading that is not from the future; None = there is no future."""
    return MOST if now is None else seconds(now) + AHEAD


def seconds(at: datetime) -> int:
    """A time as the store keeps it."""
    return int(at.timestamp())


def time(stored: int) -> datetime:
    """A time as the store gives it."""
    return datetime.fromtimestamp(stored, UTC)
