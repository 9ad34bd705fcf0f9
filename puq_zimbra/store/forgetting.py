"""Forget a former customer: what names him leaves the store.

Figures stay, for what was billed must be shown years later: sums, the month's highest, and the
numbers of notices, on which hosts rely. They stand under pseudonyms then, as the audit's lines do.

Source: Regulation (EU) 2016/679, articles 4 (5) and 17.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import Busy, Refused
from puq_zimbra.store import locks
from puq_zimbra.store.bulk_tables import bulk, bulk_row
from puq_zimbra.store.engine import writer
from puq_zimbra.store.operations.answers import KEPT
from puq_zimbra.store.operations.trail import Trail
from puq_zimbra.store.tables import (
    answer,
    dkim_key,
    dns_check,
    lease,
    mailbox,
    mailbox_day,
    notice,
    operation,
    password,
    service,
    step,
)
from puq_zimbra.units import shown_name

#: the audit's word for it; no host can ask for it
EVENT = "forget"
#: tables of which nothing of the service is left, by installation and id
_OF_SERVICE = {"dns": dns_check, "signing_keys": dkim_key, "leases": lease, "imports": bulk}


@dataclass(frozen=True)
class Known:
    """What is looked at before a service is forgotten."""

    #: host and port of each server on which it was measured
    servers: Sequence[str]
    #: the number of its last operation; a later one shows that it lives
    last: int | None


class Forgetting:
    """Forgets one service at a time."""

    def __init__(self, engine: Engine, trail: Trail) -> None:
        self._engine, self._trail = engine, trail

    def look(self, installation: str, service_id: str) -> Known:
        """What the store knows of a service that may be forgotten."""
        with self._engine.connect() as connection:
            which = _mine(service, installation, service_id)
            servers = connection.execute(sa.select(service.c.server).where(which).distinct())
            return Known(sorted(servers.scalars()), _last(connection, installation, service_id))

    @locks.retried
    def forget(
        self, installation: str, service_id: str, known: Known, reference: str, *, dry_run: bool
    ) -> dict[str, int]:
        """Forget a service in one transaction, which a dry run takes back; how much of what.

        Raises:
            Refused: an operation of it is not finished.
            Busy: one began after it was looked at.
        """
        names = (installation, service_id)
        with writer(self._engine).connect() as connection, connection.begin() as transaction:
            _refuse_if_unfinished(connection, *names)
            if _last(connection, *names) != known.last:
                raise Busy
            texts = _texts(connection, *names)
            counts = {
                "passwords": _forget_passwords(connection, *names),
                "mailboxes": _forget_readings(connection, self._trail, *names),
                "operations": _forget_operations(connection, *names),
            }
            _forget_rows(connection, *names)
            for what, table in _OF_SERVICE.items():
                gone = connection.execute(table.delete().where(_mine(table, *names)))
                counts[what] = gone.rowcount
            counts |= {"services": _rename(connection, self._trail, *names)}
            counts |= {"answers": _forget_answers(connection, texts)}
            counts |= {"audit_lines": self._trail.rewrite(connection, *names)}
            if any(counts.values()):
                self._trail.add(
                    connection, _line(self._trail, *names, reference), "updated", _now()
                )
            if dry_run:
                transaction.rollback()
        return counts


def _mine(table: sa.Table, installation: str, service_id: str) -> sa.ColumnElement[bool]:
    return (table.c.installation == installation) & (table.c.service_id == service_id)


def _now() -> int:
    return int(time.time())


def _last(connection: Connection, *names: str) -> int | None:
    last = sa.select(sa.func.max(operation.c.number)).where(_mine(operation, *names))
    found: int | None = connection.execute(last).scalar()
    return found


def _refuse_if_unfinished(connection: Connection, *names: str) -> None:
    going_on = operation.c.state.in_(("open", "running"))
    asked = sa.select(operation.c.event, operation.c.id).where(_mine(operation, *names), going_on)
    row = connection.execute(asked.limit(1)).first()
    if row is not None:
        raise Refused(
            "An operation of this service is not finished: %(event)s (%(reference)s). Let"
            " puq-zimbra work finish it first, or ask for it again.",
            event=row.event,
            reference=row.id,
        )


def _keys(*names: str) -> sa.Select[Any]:
    return sa.select(service.c.id).where(_mine(service, *names))


def _numbers(*names: str) -> sa.Select[Any]:
    return sa.select(operation.c.number).where(_mine(operation, *names))


def _texts(connection: Connection, *names: str) -> frozenset[bytes]:
    """The names and addresses by which an answer that is kept may speak of the service."""
    columns = (
        sa.select(service.c.domain).where(_mine(service, *names)),
        sa.select(service.c.address).where(_mine(service, *names)),
        sa.select(mailbox.c.address).where(mailbox.c.service.in_(_keys(*names))),
        sa.select(notice.c.address).where(notice.c.service.in_(_keys(*names))),
        sa.select(step.c.target).where(step.c.operation.in_(_numbers(*names))),
        sa.select(operation.c.object).where(_mine(operation, *names)),
        sa.select(operation.c.actor_name).where(_mine(operation, *names)),
        sa.select(dns_check.c.domain).where(_mine(dns_check, *names)),
        sa.select(bulk_row.c.address).where(bulk_row.c.bulk.in_(_imports(*names))),
    )
    found = {text for one in columns for text in connection.execute(one).scalars() if text}
    found |= {shown_name(text) for text in found}
    return frozenset(text.encode("utf-8", "replace") for text in found)


def _imports(*names: str) -> sa.Select[Any]:
    return sa.select(bulk.c.id).where(_mine(bulk, *names))


def _forget_passwords(connection: Connection, *names: str) -> int:
    """The digests of passwords of its accounts, but for those that are in another service now."""
    accounts = sa.union(
        sa.select(mailbox.c.account).where(mailbox.c.service.in_(_keys(*names))),
        sa.select(mailbox_day.c.account).where(mailbox_day.c.service.in_(_keys(*names))),
        sa.select(step.c.target).where(step.c.operation.in_(_numbers(*names))),
    )
    others = sa.select(mailbox.c.account).where(mailbox.c.service.not_in(_keys(*names)))
    mine = password.c.account.in_(accounts) & password.c.account.not_in(others)
    return connection.execute(password.delete().where(mine)).rowcount


def _forget_readings(connection: Connection, trail: Trail, *names: str) -> int:
    """Its mailboxes; of its notices the addresses."""
    mine = notice.c.service.in_(_keys(*names))
    for row in connection.execute(sa.select(notice.c.id, notice.c.address).where(mine)).all():
        change = {"address": trail.pseudonym(row.address)}
        connection.execute(notice.update().where(notice.c.id == row.id).values(**change))
    connection.execute(mailbox_day.delete().where(mailbox_day.c.service.in_(_keys(*names))))
    gone = connection.execute(mailbox.delete().where(mailbox.c.service.in_(_keys(*names))))
    return gone.rowcount


def _forget_operations(connection: Connection, *names: str) -> int:
    connection.execute(step.delete().where(step.c.operation.in_(_numbers(*names))))
    return connection.execute(operation.delete().where(_mine(operation, *names))).rowcount


def _forget_rows(connection: Connection, *names: str) -> None:
    connection.execute(bulk_row.delete().where(bulk_row.c.bulk.in_(_imports(*names))))


def _rename(connection: Connection, trail: Trail, *names: str) -> int:
    """Put pseudonyms in the place of the names under which its figures stand."""
    changed = 0
    for row in connection.execute(sa.select(service).where(_mine(service, *names))).all():
        change = {
            "service_id": trail.pseudonym(row.service_id),
            "domain": trail.pseudonym(row.domain),
            "address": row.address and trail.pseudonym(row.address),
            # Not Zimbra's any more: what is adopted anew begins with figures of its own.
            "domain_id": trail.pseudonym(f"{row.id} {row.domain_id}"),
        }
        if not row.domain_id.startswith("forgotten-"):
            connection.execute(service.update().where(service.c.id == row.id).values(**change))
            changed += 1
    return changed


def _forget_answers(connection: Connection, texts: frozenset[bytes]) -> int:
    """The answers that speak of it; that a request was answered stays known."""
    connection.execute(answer.delete().where(answer.c.at < _now() - KEPT))
    kept = sa.select(answer.c.id, answer.c.body).where(answer.c.body.is_not(None))
    told = []
    for row in connection.execute(kept):
        body = zlib.decompress(row.body)
        if any(text in body for text in texts):
            told.append(row.id)
    for one in told:
        connection.execute(answer.update().where(answer.c.id == one).values(body=None))
    return len(told)


def _line(trail: Trail, installation: str, service_id: str, reference: str) -> Any:
    """What the audit says of it."""
    names: Mapping[str, Any] = {"installation": installation, "event": EVENT, "id": reference}
    nothing = dict.fromkeys(("actor_kind", "actor_id", "actor_name", "action", "object"))
    return SimpleNamespace(**names, **nothing, service_id=trail.pseudonym(service_id))
