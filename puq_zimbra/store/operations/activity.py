"""What was done on a service, newest first, for the customer's page.

Source: the table of operations; `puq_zimbra.clientarea.pages.activity` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.reply import Reply
from puq_zimbra.store.operations.records import actor_of, as_reply
from puq_zimbra.store.tables import audit, operation, step

Who = Literal["", "customer", "provider", "automatic"]

_COLUMNS = (
    operation.c.id, operation.c.event, operation.c.state, operation.c.action, operation.c.reply,
    operation.c.started_at, operation.c.ended_at, operation.c.actor_kind, operation.c.actor_id,
    operation.c.actor_name,
)  # fmt: skip
#: attempts that a later one took up, which changed nothing of their own
_LEFT_OUT = ("superseded", "abandoned")
_UNDER_WAY = ("running", "open")
#: of the operations under way
_MOST = 20
#: forms whose fields could not be read: they came back to be corrected
_INVALID = '{"code": "invalid"%'
#: calls that found it done already, and changed nothing
_NOTHING = tuple(f'{{"code": "{code}"%' for code in ("unchanged", "already_exists", "already_gone"))
#: what is told even so
_TOLD = ("client_action", "renew")
#: what carries out the customer's forms
FORMS = "client_action"
#: what puq_zimbra does by itself, of which no host says who acts
OWN_ACTS = ("purge",)

_KIND = operation.c.actor_kind
_BY: Mapping[str, sa.ColumnElement[bool]] = {
    "customer": (_KIND == "customer") | (_KIND.is_(None) & (operation.c.event == FORMS)),
    "automatic": (_KIND == "automatic") | (_KIND.is_(None) & operation.c.event.in_(OWN_ACTS)),
    "provider": (_KIND == "staff")
    | (_KIND.is_(None) & operation.c.event.not_in((FORMS, *OWN_ACTS))),
}


@dataclass(frozen=True)
class Act:
    """One operation of the service."""

    reference: str
    event: str
    #: running, open, done or failed
    state: str
    #: of a form of the customer's page; "" = it was none
    action: str
    actor: Mapping[str, str]
    #: seconds since 1970
    started_at: int
    ended_at: int | None
    #: the outcome, or why it is not finished; None while it runs
    reply: Reply | None
    #: writes that were sent so far, of one under way
    writes: int = 0

    @property
    def who(self) -> Who:
        """Who did it, where the host said so; an older host's forms are its customers'."""
        kinds: Mapping[str, Who] = {"customer": "customer", "automatic": "automatic"}
        said = self.actor.get("kind")
        if said is not None:
            return kinds.get(said, "provider")
        if self.event == FORMS:
            return "customer"
        return "automatic" if self.event in OWN_ACTS else "provider"


@dataclass(frozen=True)
class Ended:
    """An operation that ended."""

    #: of its line in the audit trail, in the order in which operations ended
    number: int
    service_id: str
    event: str
    #: a code of a reply, or "superseded"
    code: str
    reference: str
    #: None where the operation itself is forgotten
    reply: Reply | None


class Activity:
    """The operations of one service at a time, and the ends of all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(
        self,
        installation: str,
        service_id: str,
        skip: int,
        most: int,
        who: Who = "",
        *,
        only_failed: bool = False,
    ) -> tuple[Sequence[Act], int]:
        """So many operations after the newest ``skip``, and how many there are in all."""
        conditions = [
            _of_service(installation, service_id),
            operation.c.state.not_in(_LEFT_OUT),
            sa.or_(operation.c.reply.is_(None), operation.c.reply.not_like(_INVALID)),
            sa.or_(
                operation.c.event.in_(_TOLD),
                operation.c.reply.is_(None),
                sa.and_(*(operation.c.reply.not_like(one) for one in _NOTHING)),
            ),
        ]
        if who:
            conditions.append(_BY[who])
        if only_failed:
            conditions.append(operation.c.state == "failed")
        which = sa.and_(*conditions)
        newest = operation.c.number.desc()
        page = sa.select(*_COLUMNS).where(which).order_by(newest).offset(skip).limit(most)
        count = sa.select(sa.func.count()).select_from(operation).where(which)
        with self._engine.connect() as connection:
            rows = connection.execute(page).all()
            total: int = connection.execute(count).scalar_one()
        return [_act(row) for row in rows], total

    def under_way(self, installation: str, service_id: str) -> Sequence[Act]:
        """The operations that have not ended, oldest first."""
        writes = (
            sa.select(sa.func.count())
            .select_from(step)
            .where(step.c.operation == operation.c.number)
            .scalar_subquery()
        )
        query = (
            sa.select(*_COLUMNS, writes.label("writes"))
            .where(_of_service(installation, service_id), operation.c.state.in_(_UNDER_WAY))
            .order_by(operation.c.number)
            .limit(_MOST)
        )
        with self._engine.connect() as connection:
            return [_act(row, row.writes) for row in connection.execute(query).all()]

    def objects(self, installation: str, service_id: str, action: str, since: int) -> Sequence[str]:
        """The objects of a service on which an action was carried out since a time."""
        which = sa.and_(
            operation.c.installation == installation,
            operation.c.service_id == service_id,
            operation.c.action == action,
            operation.c.started_at >= since,
        )
        query = sa.select(operation.c.object).where(which).distinct()
        with self._engine.connect() as connection:
            return [one for one in connection.execute(query).scalars() if one]

    def last_number(self) -> int:
        """The number of the operation that ended last; 0 where none has."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(sa.func.max(audit.c.number))).scalar()
        return found or 0

    def ended(self, installation: str, after: int, most: int) -> Sequence[Ended]:
        """So many operations of an installation that ended after a number, oldest first."""
        query = (
            sa.select(
                audit.c.number, audit.c.service_id, audit.c.event, audit.c.code, audit.c.operation,
                operation.c.reply,
            )
            .outerjoin(operation, operation.c.id == audit.c.operation)
            .where(audit.c.installation == installation, audit.c.number > after)
            .order_by(audit.c.number)
            .limit(most)
        )  # fmt: skip
        with self._engine.connect() as connection:
            return [
                Ended(
                    row.number, row.service_id, row.event, row.code, row.operation,
                    as_reply(row.reply),
                )
                for row in connection.execute(query)
            ]  # fmt: skip


def _of_service(installation: str, service_id: str) -> sa.ColumnElement[bool]:
    return (operation.c.installation == installation) & (operation.c.service_id == service_id)


def _act(row: Any, writes: int = 0) -> Act:
    return Act(
        row.id, row.event, row.state, row.action or "", actor_of(row), row.started_at, row.ended_at,
        as_reply(row.reply), writes,
    )  # fmt: skip
