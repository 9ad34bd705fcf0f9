"""Operations: hook calls that may write, one at a time for each service, and the audit trail.

The intent is on disk before the first write and the outcome after the last. What ends by itself is
done or failed. What was not finished is open: it waits to be carried on, like what a dead process
left behind. Every hook begins by reading what is there, so to carry on is to run it again.

The numbers of a service's operations are its generations: a new one takes the place of all that are
not over (they are superseded), so that nothing older is ever written after something newer. The
same request id with the same call gets the stored reply again, with another call it is refused.

Source: Stripe's idempotent requests (the same key, another request; API v2: unfinished work is
carried on); Open Service Broker API (last operation).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import Busy, Refused
from puq_zimbra.model import Reply
from puq_zimbra.store import kept, leases
from puq_zimbra.store.kept import Kept
from puq_zimbra.store.steps import Run, Steps
from puq_zimbra.store.tables import audit, audit_end, operation
from puq_zimbra.store.tables import password as passwords

#: states of an operation that is not over
_NOT_OVER = ("open", "running")
_OF_SERVICE = (operation.c.installation == sa.bindparam("of_installation")) & (
    operation.c.service_id == sa.bindparam("of_service")
)
_UNFINISHED = sa.select(operation).where(_OF_SERVICE, operation.c.state.in_(_NOT_OVER))
_LATER = sa.select(operation).where(_OF_SERVICE, operation.c.number > sa.bindparam("after"))
_SAME_REQUEST = (
    sa.select(operation)
    .where(
        operation.c.installation == sa.bindparam("of_installation"),
        operation.c.request_id == sa.bindparam("of_request"),
    )
    .order_by(operation.c.number)
)
_BEGIN = operation.insert()
_LAST_LINE = sa.select(audit).order_by(audit.c.number.desc()).limit(1)
_ADD_LINE, _ADD_END, _MOVE_END = audit.insert(), audit_end.insert(), audit_end.update()


@dataclass(frozen=True)
class Intent:
    """What a call is about to do."""

    #: the reference that the host is given
    id: str
    installation: str
    service_id: str
    event: str
    request_id: str | None
    fingerprint: str
    #: the call without any secret, as JSON; None = it cannot be carried on without its host
    call: str | None = None
    #: it takes the place of all that is not over; a new password only of another one
    supersedes: bool = True
    #: it asks for less than the whole state, so what is not over must be finished before it
    waits_its_turn: bool = False


class SameRuns(Busy):
    """The very same call is being carried out at this moment, as ``operation`` if that is known."""

    def __init__(self, operation: str | None = None) -> None:
        super().__init__()
        self.operation = operation


class Operations:
    """The operations of all services."""

    def __init__(self, engine: Engine, writer: Engine, key: bytes) -> None:
        self._engine, self._writer, self._key = engine, writer, key

    def fingerprint(self, asked: Mapping[str, Any]) -> str:
        """A digest of what is asked for, from which no secret can be guessed."""
        text = json.dumps(asked, sort_keys=True, default=str)
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

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
        with self._writer.begin() as connection:
            connection.execute(passwords.delete().where(passwords.c.account == account))
            connection.execute(
                passwords.insert(),
                {"account": account, "digest": digest, "changed_at": changed_at},
            )

    def begin(self, intent: Intent, seconds: float) -> Run | Reply:
        """Take the service for so many seconds at the most, and note the intent.

        Returns the stored reply if this request was carried out before.

        Raises:
            SameRuns: the same call is running.
            Busy: another operation of the service is running.
            Refused: the request id was used for another call, or the request is out of date, or
                waits its turn.
        """
        now = int(time.time())
        with self._writer.begin() as connection:
            self._take(connection, intent, seconds)
            # Only who holds the service can be sure that nothing later begins meanwhile.
            if intent.request_id and (stored := self._stored(connection, intent)):
                leases.give_back(connection, intent.id)
                return stored
            if intent.waits_its_turn:
                self._refuse_if_open(connection, intent)
            written = self._supersede(connection, intent, now)
            row = {
                "id": intent.id,
                "installation": intent.installation,
                "service_id": intent.service_id,
                "event": intent.event,
                "request_id": intent.request_id,
                "fingerprint": intent.fingerprint,
                "state": "running",
                "started_at": now,
                "call": intent.call,
                "runs": 1,
                "written": int(written),
                "supersedes": int(intent.supersedes),
            }
            made = connection.execute(_BEGIN, row).inserted_primary_key
            assert made is not None
            return Run(intent.id, made[0], 1, written)

    def take_up(self, identity: str, seconds: float) -> Run | None:
        """Take the service again for an operation that is not over, to carry it on.

        None if it is over by now, or at work somewhere else, or its service is.
        """
        mine = operation.c.id == identity
        with suppress(leases.Taken), self._writer.begin() as connection:
            row = connection.execute(sa.select(operation).where(mine)).one()
            leases.take(connection, row.installation, row.service_id, identity, seconds)
            # Read again: only who holds the service can be sure.
            row = connection.execute(sa.select(operation).where(mine)).one()
            if row.state in _NOT_OVER:
                change = {"state": "running", "runs": row.runs + 1}
                connection.execute(operation.update().where(mine).values(change))
                return Run(identity, row.number, row.runs + 1, bool(row.written))
            leases.give_back(connection, identity)
        return None

    def steps(self, run: Run) -> Steps:
        """Keeper of the run's steps."""
        return Steps(self._writer, run)

    def end(self, steps: Steps, reply: Reply, *, is_open: bool = False) -> None:
        """Note the outcome, in the operation and in the audit trail, and give the service back.

        With ``is_open`` the operation is to be carried on, and the reply says why it was not
        finished.

        Raises:
            Overtaken: somebody else got the service meanwhile; nothing is noted.
        """
        now = int(time.time())
        values: dict[str, Any] = {"state": "open", "reply": kept.as_json(reply)}
        if not is_open:
            values |= {"state": "done" if reply.ok else "failed", "ended_at": now, "call": None}
        with self._writer.begin() as connection:
            leases.give_back(connection, steps.run.id)
            noted = steps.note(connection, values)
            if not is_open:
                self._add_line(connection, noted, reply.code, now)

    def unfinished(self) -> list[Kept]:
        """What is open or abandoned; what was tried least often comes first."""
        which = operation.c.state.in_(_NOT_OVER)
        found = kept.read(self._engine, which, operation.c.runs, operation.c.number)
        return [one for one in found if one.state != "running"]

    def not_over(self) -> dict[str, int]:
        """How many operations are open, and how many running or abandoned."""
        count = sa.select(operation.c.state, sa.func.count()).group_by(operation.c.state)
        with self._engine.connect() as connection:
            found = connection.execute(count.where(operation.c.state.in_(_NOT_OVER))).all()
        return dict.fromkeys(_NOT_OVER, 0) | {row.state: row[1] for row in found}

    def all(self) -> Iterator[Kept]:
        """Every operation, oldest first."""
        return kept.read(self._engine, sa.true(), operation.c.number)

    def get(self, identity: str) -> Kept | None:
        """The operation of a reference."""
        return next(kept.read(self._engine, operation.c.id == identity), None)

    def audit(self) -> Iterator[tuple[Mapping[str, Any], bool]]:
        """Every line of the audit trail, oldest first, and whether it is as it was written.

        A last line with number 0, never intact, stands for lines that are missing at the end.
        """
        with self._engine.connect() as connection:
            before, number = "", 0
            for row in connection.execute(sa.select(audit).order_by(audit.c.number)).mappings():
                line = {key: value for key, value in row.items() if key != "seal"}
                intact = row["number"] == number + 1 and row["seal"] == self._seal(before, line)
                before, number = row["seal"], row["number"]
                yield line, intact
            end = connection.execute(sa.select(audit_end)).first()
            ended = sa.select(operation.c.id).where(operation.c.ended_at.is_not(None)).limit(1)
            begun = connection.execute(ended).first() is not None
        sealed = end is not None and end.seal == self._seal(before, {"end": number})
        if begun and not (sealed and end is not None and end.number == number):
            yield dict.fromkeys(audit.c.keys(), "") | {"number": 0, "at": 0, "event": "?"}, False

    def _add_line(self, connection: Connection, ended: Any, code: str, now: int) -> None:
        """Add a line for an operation that has ended, and move the trail's end."""
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
        last = connection.execute(_LAST_LINE).first()
        line = {
            "number": (last.number if last else 0) + 1,
            "at": now,
            "installation": ended.installation,
            "service_id": ended.service_id,
            "event": ended.event,
            "operation": ended.id,
            "code": code,
        }
        seal = self._seal(last.seal if last else "", line)
        connection.execute(_ADD_LINE, {**line, "seal": seal})
        end = {"number": line["number"], "seal": self._seal(seal, {"end": line["number"]})}
        if connection.execute(_MOVE_END, end).rowcount == 0:
            connection.execute(_ADD_END, end)

    def _seal(self, before: str, line: Mapping[str, Any]) -> str:
        """What only the holder of the key can write beside a line."""
        return self.fingerprint({"before": before, **line})

    def _stored(self, connection: Connection, intent: Intent) -> Reply | None:
        same = {"of_installation": intent.installation, "of_request": intent.request_id}
        found = connection.execute(_SAME_REQUEST, same).all()
        if any(row.fingerprint != intent.fingerprint for row in found):
            raise Refused("This request id was used for another call.")
        if not found:
            return None
        of_service = _of_service(intent) | {"after": found[-1].number}
        later = connection.execute(_LATER, of_service).all()
        if any(
            row.fingerprint != intent.fingerprint and _takes_the_place(row, intent) for row in later
        ):
            # Carried out now, it would undo what was asked for after it.
            raise Refused(
                "Something else was asked for this service since this request: send it with a new"
                " request id if it is still wanted."
            )
        done = found[-1].state == "done" and not later
        return kept.as_reply(found[-1].reply) if done else None

    def _take(self, connection: Connection, intent: Intent, seconds: float) -> None:
        try:
            leases.take(connection, intent.installation, intent.service_id, intent.id, seconds)
        except leases.Taken as error:
            if error.operation is None:
                raise SameRuns from error
            asked = sa.select(operation.c.fingerprint).where(operation.c.id == error.operation)
            if connection.execute(asked).scalar() == intent.fingerprint:
                raise SameRuns(error.operation) from error
            raise Busy from error

    def _refuse_if_open(self, connection: Connection, intent: Intent) -> None:
        for row in connection.execute(_UNFINISHED, _of_service(intent)).all():
            if row.supersedes and row.event != intent.event:
                raise Refused(
                    "An operation of this service is not finished: %(event)s (%(reference)s). Let"
                    " puq-zimbra work finish it first, or ask for it again.",
                    event=row.event,
                    reference=row.id,
                )

    def _supersede(self, connection: Connection, intent: Intent, now: int) -> bool:
        """Take the place of what is not over; whether any of that may have written.

        This process holds the service, so what is still marked as running died.
        """
        written = False
        for row in connection.execute(_UNFINISHED, _of_service(intent)).all():
            change: dict[str, Any] = {"state": "open"}
            if _takes_the_place(intent, row):
                change = {"state": "superseded", "ended_at": now, "call": None}
                self._add_line(connection, row, "superseded", now)
                written = written or bool(row.written)
            this = operation.c.number == row.number
            connection.execute(operation.update().where(this).values(change))
        return written


def _of_service(intent: Intent) -> dict[str, Any]:
    return {"of_installation": intent.installation, "of_service": intent.service_id}


def _takes_the_place(later: Any, earlier: Any) -> bool:
    """Whether an operation leaves nothing to do of one before it; a password only of its like."""
    return bool(later.supersedes or not earlier.supersedes)
