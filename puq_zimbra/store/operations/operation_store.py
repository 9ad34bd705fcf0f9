"""Operations: hook calls that may write, one at a time for each service.

The intent is on disk before the first write and the outcome after the last. An operation that ends
is done or failed. One that was not finished is open: it waits to be carried on, as does one whose
process died. Every hook begins by reading the state, so to carry on is to run it again.

The numbers of a service's operations are in the order in which they began. A new operation
supersedes the unfinished ones about the same (`wishes` says which), so that nothing older is ever
written after something newer. A held operation waits for a person (`held`).

Source: Stripe's API v2 (unfinished work is carried on); Open Service Broker API (last operation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.config import Config
from puq_zimbra.errors import Busy, Refused, shown
from puq_zimbra.registry import declared
from puq_zimbra.registry.hook import ACCESS, EXISTENCE
from puq_zimbra.reply import Reply
from puq_zimbra.store import locks, queue
from puq_zimbra.store.dialects import date
from puq_zimbra.store.engine import writer
from puq_zimbra.store.operations import held, leases, records, replays
from puq_zimbra.store.operations.intents import FirstThis, Intent, InTurns, SameRuns
from puq_zimbra.store.operations.records import OperationRecord
from puq_zimbra.store.operations.steps import Run, Steps, TimeHeld
from puq_zimbra.store.operations.trail import Trail, keyed_digest
from puq_zimbra.store.operations.wishes import Wish, ends, fate, wish_of
from puq_zimbra.store.tables import operation, step
from puq_zimbra.store.tables import password as passwords

#: states of an operation that is not over
_NOT_OVER = ("open", "running")
_OF_SERVICE = (operation.c.installation == sa.bindparam("of_installation")) & (
    operation.c.service_id == sa.bindparam("of_service")
)
_UNFINISHED = sa.select(operation).where(_OF_SERVICE, operation.c.state.in_(_NOT_OVER))
_SERVICE_OF = sa.select(operation.c.installation, operation.c.service_id).where(
    operation.c.id == sa.bindparam("of_id")
)
_BEGIN = operation.insert()
_LEFT_BEHIND = (
    operation.update()
    .where(operation.c.id == sa.bindparam("of_id"), operation.c.state == "running")
    .values(state="open")
)
_FAILURES = (
    sa.select(sa.func.count())
    .select_from(step)
    .join(operation, operation.c.number == step.c.operation)
    .where(
        _OF_SERVICE,
        step.c.target == sa.bindparam("of_target"),
        step.c.answer == sa.bindparam("of_answer"),
    )
)


class Operations:
    """The operations of all services."""

    def __init__(self, engine: Engine, key: bytes, trail: Trail, config: Config) -> None:
        self._engine, self._key, self._trail, self._limits = engine, key, trail, config.limits
        #: whether workers of several machines look for what is left open
        self._has_workers = config.has_workers
        #: after so many hours what destroys is held
        self._hours = config.limits.destructive_hours

    def fingerprint(self, asked: Mapping[str, Any]) -> str:
        """A digest of what is asked for, from which no secret can be guessed."""
        return keyed_digest(self._key, asked)

    def is_password(self, account: str, password: str, changed_at: str) -> bool:
        """Whether an account's password, last changed then, is the one that we set last."""
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(passwords).where(passwords.c.account == account)
            ).first()
        digest = self.fingerprint({"account": account, "password": password})
        return row is not None and row.changed_at == changed_at and row.digest == digest

    def note_password(self, account: str, password: str, changed_at: str) -> None:
        """Remember the password that we set, as a keyed digest."""
        digest = self.fingerprint({"account": account, "password": password})
        with writer(self._engine, locks.account(account)).begin() as connection:
            connection.execute(passwords.delete().where(passwords.c.account == account))
            connection.execute(
                passwords.insert(),
                {"account": account, "digest": digest, "changed_at": changed_at},
            )

    @locks.retried
    def begin(self, intent: Intent, seconds: float) -> Run | Reply:
        """Take the service for so many seconds at the most, and note the intent.

        It is leased for `lease_seconds`, and again while the run renews that.

        Returns the stored reply if this request was carried out before.

        Raises:
            SameRuns: the same call is running.
            FirstThis: another operation of the service must be finished before.
            Busy: another operation of the service is running.
            Refused: the request id was used for another call, or the request is out of date, or
                waits its turn.
        """
        held = [locks.service(intent.installation, intent.service_id)]
        if intent.request_id:
            held.append(locks.request(intent.installation, intent.request_id))
        with writer(self._engine, *held).begin() as connection:
            time_held = TimeHeld.from_now(seconds, self._limits.lease_seconds)
            self._take(connection, intent, seconds)
            if intent.request_id and (stored := replays.stored(connection, intent)):
                leases.give_back(connection, intent.installation, intent.service_id, intent.id)
                return stored
            rows = connection.execute(_UNFINISHED, _of_service(intent)).all()
            now = date(connection)
            self._refuse_if_open(rows, intent, now)
            written, leaves_others = self._supersede(connection, rows, intent.wish, now)
            made = connection.execute(_BEGIN, intent.row(now, written)).inserted_primary_key
            assert made is not None
        names = (intent.installation, intent.service_id)
        return Run(intent.id, *names, made[0], 1, written, leaves_others, time_held)

    @locks.retried
    def take_up(self, identity: str, seconds: float) -> Run | None:
        """Take the service again for an operation that is not over, to carry it on.

        None if it is over by now, or at work somewhere else, or its service is.
        """
        mine = operation.c.id == identity
        names = self._service_of(identity)
        with suppress(leases.Taken), self._writer(*names).begin() as connection:
            time_held = TimeHeld.from_now(seconds, self._limits.lease_seconds)
            leased = min(seconds, self._limits.lease_seconds)
            left_behind = leases.take(connection, *names, identity, leased)
            if left_behind not in (None, identity):
                # Should its process only have been stopped, it must not go on.
                connection.execute(_LEFT_BEHIND, {"of_id": left_behind})
            row = connection.execute(sa.select(operation).where(mine)).one()
            if row.state in _NOT_OVER:
                change = {"state": "running", "runs": row.runs + 1}
                connection.execute(operation.update().where(mine).values(change))
                go = row.runs + 1
                return Run(identity, *names, row.number, go, bool(row.written), time=time_held)
            leases.give_back(connection, *names, identity)
        return None

    def steps(self, run: Run) -> Steps:
        """Keeper of the run's steps."""
        return Steps(self._engine, run, self._limits.lease_seconds, self._limits.late_seconds)

    @locks.retried
    def end(self, steps: Steps, reply: Reply, *, is_open: bool = False) -> None:
        """Note the outcome, in the operation and in the audit trail, and give the service back.

        With ``is_open`` the operation is to be carried on, and the reply says why it was not
        finished.

        Raises:
            Overtaken: another operation took the service meanwhile; nothing is noted.
        """
        values: dict[str, Any] = {"state": "open", "reply": records.as_json(reply)}
        run = steps.run
        with steps.writer.begin() as connection:
            now = date(connection)
            if not is_open:
                values |= {"state": "done" if reply.ok else "failed", "ended_at": now}
                values |= {"call": None}
            leases.give_back(connection, run.installation, run.service_id, run.id)
            noted = steps.note(connection, values)
            if not is_open:
                self._trail.add(connection, noted, reply.code, now)
            elif self._has_workers:
                queue.enqueue(connection, run.id, wish_of(noted).aspects)

    @locks.retried
    def take_all(self, steps: Steps) -> None:
        """Let a run's operation supersede the unfinished ones of its aspects, after all.

        Raises:
            Overtaken: another operation took the service meanwhile.
        """
        with steps.writer.begin() as connection:
            mine = steps.note(connection, {"supersedes": 1})
            rows = connection.execute(_UNFINISHED, _of_service(mine)).all()
            earlier = [row for row in rows if row.number < mine.number]
            self._supersede(connection, earlier, wish_of(mine), date(connection))

    def ask_again(self, identity: str) -> None:
        """Release a held operation: a person has asked for it again."""
        mine = (operation.c.id == identity) & operation.c.state.in_(_NOT_OVER)
        with self._writer(*self._service_of(identity)).begin() as connection:
            asked = operation.update().where(mine).values(asked_at=date(connection))
            connection.execute(asked)

    def unfinished(self, installation: str = "", service_id: str = "") -> list[OperationRecord]:
        """What is open, abandoned or held, of one service or of all.

        What was tried least often comes first, and among that what decides who can log in.
        """
        names = {"installation": installation, "service_id": service_id} if installation else {}
        which = (operation.c[name] == value for name, value in names.items())
        not_over = sa.and_(operation.c.state.in_(_NOT_OVER), *which)
        order = (operation.c.runs, operation.c.number)
        found = records.read(self._engine, self._hours, not_over, *order)
        waiting = [one for one in found if one.state != "running"]
        return sorted(waiting, key=lambda one: not one.aspects & {EXISTENCE, ACCESS})

    def not_over(self) -> dict[str, int]:
        """How many operations are open, and how many running or abandoned."""
        count = sa.select(operation.c.state, sa.func.count()).group_by(operation.c.state)
        with self._engine.connect() as connection:
            found = connection.execute(count.where(operation.c.state.in_(_NOT_OVER))).all()
        return dict.fromkeys(_NOT_OVER, 0) | {row.state: row[1] for row in found}

    def all(self) -> Iterator[OperationRecord]:
        """Every operation, oldest first."""
        return records.read(self._engine, self._hours, sa.true(), operation.c.number)

    def get(self, identity: str) -> OperationRecord | None:
        """The operation of a reference."""
        return next(records.read(self._engine, self._hours, operation.c.id == identity), None)

    def by_request(self, installation: str, request_id: str) -> OperationRecord | None:
        """The last operation of an installation's request id."""
        which = (operation.c.installation == installation) & (operation.c.request_id == request_id)
        found = list(records.read(self._engine, self._hours, which, operation.c.number))
        return found[-1] if found else None

    def failures(self, installation: str, service_id: str, target: str, answer: str) -> int:
        """Count a service's writes about a target that got an answer.

        The answer to the last write is not noted yet.
        """
        which = {"of_installation": installation, "of_service": service_id}
        which |= {"of_target": target[:320], "of_answer": shown(answer)[:60]}
        with self._engine.connect() as connection:
            count: int = connection.execute(_FAILURES, which).scalar_one()
            return count

    def _writer(self, installation: str, service_id: str) -> Engine:
        """The database for transactions that write of a service."""
        return writer(self._engine, locks.service(installation, service_id))

    def _service_of(self, identity: str) -> tuple[str, str]:
        """Installation and id of an operation's service, which it keeps for ever."""
        with self._engine.connect() as connection:
            row = connection.execute(_SERVICE_OF, {"of_id": identity}).one()
        return row.installation, row.service_id

    def _take(self, connection: Connection, intent: Intent, seconds: float) -> None:
        leased = min(seconds, self._limits.lease_seconds)
        try:
            leases.take(connection, intent.installation, intent.service_id, intent.id, leased)
        except leases.Taken as error:
            asked = sa.select(operation.c.fingerprint, operation.c.event)
            held_by = connection.execute(asked.where(operation.c.id == error.operation)).first()
            if held_by is not None and held_by.fingerprint == intent.fingerprint:
                raise SameRuns(error.operation) from error
            if held_by is not None and declared(held_by.event).in_turns:
                raise InTurns from error
            raise Busy from error

    def _refuse_if_open(self, rows: Sequence[Any], intent: Intent, now: int) -> None:
        for row in rows:
            about_the_same = wish_of(row).aspects & intent.waits_for
            like_it = row.event == intent.event or (ends(row.event) and ends(intent.event))
            if about_the_same and not like_it and not self._is_held(row, now):
                raise Refused(
                    "An operation of this service is not finished: %(event)s (%(reference)s). Let"
                    " puq-zimbra work finish it first, or ask for it again.",
                    event=row.event,
                    reference=row.id,
                )

    def _is_held(self, row: Any, now: int) -> bool:
        return held.is_held(row, self._hours, now)

    def _supersede(
        self, connection: Connection, rows: Sequence[Any], later: Wish, now: int
    ) -> tuple[bool, bool]:
        """Supersede unfinished operations about the same.

        Returns whether any of that may have written, and whether anything else stays. This process
        holds the service, so what is still marked as running died.

        Raises:
            FirstThis: something must be finished before.
        """
        replaced, leaves_others = [], False
        for row in rows:
            is_held = self._is_held(row, now)
            what = fate(wish_of(row), later, held=is_held)
            if what == "first":
                raise FirstThis(row.id)
            change: dict[str, Any] = {"state": "open"}
            if what == "replaced":
                change = {"state": "superseded", "ended_at": now, "call": None}
                replaced.append(row)
            leaves_others = leaves_others or (what == "stays" and not is_held)
            this = operation.c.number == row.number
            connection.execute(operation.update().where(this).values(change))
        for row in replaced:
            self._trail.add(connection, row, "superseded", now)
        return any(row.written for row in replaced), leaves_others


def _of_service(one: Any) -> dict[str, Any]:
    """What names the service of an intent or of a row."""
    return {"of_installation": one.installation, "of_service": one.service_id}
