"""Storage figures: keep readings, read them back.

Only whole readings are kept; one that failed leaves the figures as they are and notes the time of
the failure.

Source: SQLAlchemy Core.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import starmap
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.call import STAMP_PREFIX
from puq_zimbra.config import UsageSettings
from puq_zimbra.model import Counts, MailboxUsage, ServiceUsage
from puq_zimbra.store import keeping, staging
from puq_zimbra.store.staging import Stage
from puq_zimbra.store.tables import mailbox, service, usage, whole

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


class Figures:
    """Storage figures over time."""

    def __init__(self, engine: Engine, writer: Engine, settings: UsageSettings) -> None:
        self._engine, self._writer = engine, writer
        self._settings = settings

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Where the pages of one reading go until all of it was read."""
        with staging.stage(self._engine) as stage:
            yield stage

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
        with staging.moving(stage) as connection:
            for stamp in failed:
                _, installation, service_id = stamp.split(":", 2)
                failed_at = {"failed_at": seconds(whole_at or datetime.now(UTC))}
                which = {"of_installation": installation, "of_service": service_id}
                connection.execute(_FAILED, which | failed_at)
            held = keeping.keep(connection, stage, server, readings, self._settings)
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

    def note_failure(self, server: str, at: datetime) -> None:
        """Mark the figures of every service on a server as stale since ``at``."""
        with self._writer.begin() as connection:
            connection.execute(whole.delete().where(whole.c.server == server))
            connection.execute(
                service.update().where(service.c.server == server).values(failed_at=seconds(at))
            )

    def newest(self) -> dict[str, datetime]:
        """When any service of a server (host and port) was measured last."""
        last = sa.select(service.c.server, sa.func.max(usage.c.measured_at))
        with self._engine.connect() as connection:
            found = connection.execute(last.join_from(service, usage).group_by(service.c.server))
            return {server: datetime.fromtimestamp(at, UTC) for server, at in found}

    def forget_whole(self, server: str) -> None:
        """Let the last reading of a server no longer pass for all of its services."""
        with self._writer.begin() as connection:
            connection.execute(whole.delete().where(whole.c.server == server))

    def latest(self, installation: str, service_id: str, **domain: str) -> ServiceUsage | None:
        """A service's last whole reading, of ``domain=`` name or ``domain_id=`` Zimbra's id."""
        which = {"of_installation": installation, "of_service": service_id}
        which |= {f"of_{column}": value for column, value in domain.items()}
        with self._engine.connect() as connection:
            found = connection.execute(_newest(*domain), which).first()
            return reading(found) if found else None

    def latest_of_server(
        self, server: str, installation: str, since: datetime
    ) -> tuple[list[ServiceUsage], bool] | None:
        """An installation's services as the last whole reading of a server found them.

        With whether none of the server's services stayed behind; None if that reading is older
        than ``since``, or there is none.
        """
        with self._engine.connect() as connection:
            last = connection.execute(sa.select(whole).where(whole.c.server == server)).first()
            if last is None or last.measured_at < seconds(since):
                return None
            found = connection.execute(
                _latest().where(
                    service.c.server == server,
                    service.c.installation == installation,
                    usage.c.measured_at >= last.measured_at,
                )
            ).all()
            return [reading(row) for row in found], bool(last.complete)

    def mailboxes(self, one: ServiceUsage) -> tuple[MailboxUsage, ...]:
        """The mailboxes of a service at its last reading."""
        with self._engine.connect() as connection:
            # By place: by name, ten thousand rows take twice as long.
            return tuple(starmap(MailboxUsage, connection.execute(_MAILBOXES, mine(one))))


def mine(one: ServiceUsage) -> dict[str, str]:
    """What fills the places of `MINE` for a service's domain."""
    names = {"of_installation": one.installation, "of_service": one.service_id}
    return names | {"of_domain_id": one.domain_id}


def stamp_of(one: ServiceUsage) -> str:
    """The stamp of a reading's service."""
    return f"{STAMP_PREFIX}{one.installation}:{one.service_id}"


def _latest() -> sa.Select[Any]:
    newest = (
        sa.select(sa.func.max(usage.c.measured_at))
        .where(usage.c.service == service.c.id)
        .correlate(service)
        .scalar_subquery()
    )
    return sa.select(service, usage).join(
        usage, (usage.c.service == service.c.id) & (usage.c.measured_at == newest)
    )


@cache
def _newest(*columns: str) -> sa.Select[Any]:
    which = (service.c[name] == sa.bindparam(f"of_{name}") for name in columns)
    return _latest().where(_KNOWN, *which).order_by(usage.c.measured_at.desc()).limit(1)


def reading(row: Any) -> ServiceUsage:
    """A reading from its row, joined with its service's."""
    return ServiceUsage(
        installation=row.installation,
        service_id=row.service_id,
        domain=row.domain,
        domain_id=row.domain_id,
        measured_at=time(row.measured_at),
        used=row.used,
        limit=row.quota,
        mailbox_limits=row.mailbox_limits,
        counts=Counts(json.loads(row.classes), row.aliases, row.lists, row.alias_domains),
        address=row.address,
        stale=row.failed_at is not None and row.failed_at > row.measured_at,
    )


def seconds(at: datetime) -> int:
    """A time as the store keeps it."""
    return int(at.timestamp())


def time(stored: int) -> datetime:
    """A time as the store gives it."""
    return datetime.fromtimestamp(stored, UTC)
