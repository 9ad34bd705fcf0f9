"""Steps: the writes of an operation, each noted before it is sent.

One commit a write: it checks that the operation still holds its service, and notes the request that
is about to be sent and the answer to the one before. After a crash the last step has no answer. No
step contains a secret.

Source: the write-ahead rule; Martin Kleppmann, "How to do distributed locking" (fencing).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import Busy
from puq_zimbra.store import locks
from puq_zimbra.store.engine import writer
from puq_zimbra.store.operations import leases
from puq_zimbra.store.tables import operation, step

_CHANGE = (
    operation.update()
    .where(
        operation.c.number == sa.bindparam("of_number"),
        operation.c.state == "running",
        operation.c.runs == sa.bindparam("of_run"),
    )
    .returning(operation)
)
_NOTE = step.insert()
_ANSWERED = step.update().where(
    step.c.operation == sa.bindparam("of_number"), step.c.number == sa.bindparam("of_step")
)
_RUNS = sa.select(operation.c.number).where(
    operation.c.number == sa.bindparam("of_number"),
    operation.c.state == "running",
    operation.c.runs == sa.bindparam("of_run"),
)
_NOTED = sa.select(sa.func.count()).where(step.c.operation == sa.bindparam("of_number"))


@dataclass(frozen=True)
class TimeHeld:
    """For how long a run holds its service, by `leases.clock`."""

    #: until then, unless it renews its lease
    until: float
    #: and it may renew it until then
    ends_at: float

    @classmethod
    def from_now(cls, seconds: float, lease_seconds: float) -> TimeHeld:
        """Of a lease that is about to be taken for so many seconds."""
        began = leases.clock()
        return cls(began + min(seconds, lease_seconds), began + seconds)


@dataclass(frozen=True)
class Run:
    """One process's go at an operation."""

    #: the reference that the host was given
    id: str
    installation: str
    service_id: str
    #: the operation's, in the order in which they began
    number: int
    #: which go at it this is
    go: int
    #: a write was sent before: by an earlier run, or by an operation whose place it took
    written: bool
    #: another operation of the service was not over when it began, and goes on after it
    leaves_others: bool = False
    time: TimeHeld = TimeHeld(0.0, 0.0)


class Overtaken(Busy):
    """Another operation took the service meanwhile: nothing more may be sent."""


class Steps:
    """The write journal of one run (`puq_zimbra.zimbra.write_journal`)."""

    def __init__(self, engine: Engine, run: Run, lease_seconds: float, late_seconds: float) -> None:
        """Leases last ``lease_seconds``; in the last ``late_seconds`` nothing is sent."""
        self.lease_seconds, self._late = lease_seconds, late_seconds
        self.writer = writer(engine, locks.service(run.installation, run.service_id))
        self.run, self._held_until = run, run.time.until
        self._answer: str | None = None
        self._last: int | None = None
        #: a write was sent, in this run or before
        self.written = run.written

    @locks.retried
    def sending(self, request: str, target: str) -> None:
        """Note a write that is about to be sent.

        Raises:
            Overtaken: the operation lost its service; it must not be sent.
        """
        with self.writer.begin() as connection:
            self.note(connection, {"written": 1})
            number = (self._last or self._noted(connection)) + 1
            row = {"operation": self.run.number, "number": number, "at": int(time.time())}
            names = {"request": request[:60], "target": target[:320]}
            connection.execute(_NOTE, {**row, **names})
        self._last, self._answer, self.written = number, None, True

    def send_until(self) -> float:
        """Until when the noted write may be sent, by `leases.clock`.

        As a rule nobody is asked. What was stopped beyond that time asks whether it still holds its
        service.

        Raises:
            Overtaken: the operation lost its service; it must not be sent.
        """
        if leases.clock() >= self._held_until - self._late:
            self.renew()
        return self._held_until - self._late

    @locks.retried
    def renew(self) -> None:
        """Hold the service for longer, as far as the operation's time goes.

        Raises:
            Overtaken: another operation took the service meanwhile.
        """
        run = self.run
        with self.writer.begin() as connection:
            began = leases.clock()
            seconds = min(self.lease_seconds, run.time.ends_at - began)
            held = {"of_number": run.number, "of_run": run.go}
            names = (run.installation, run.service_id, run.id)
            if connection.execute(_RUNS, held).first() is None or not leases.renew(
                connection, *names, seconds
            ):
                raise Overtaken
        if run is self.run:  # else it was given back meanwhile
            self._held_until = began + seconds

    def go_on(self, run: Run) -> None:
        """Go on as another run of the same operation, after a `pause`."""
        self.run, self._held_until = run, run.time.until

    def answered(self, answer: str) -> None:
        """Remember how the last write was answered; it is noted with what comes next."""
        self._answer = answer[:60]

    @locks.retried
    def pause(self) -> None:
        """Give the service back for a moment; the operation is taken up again to go on.

        Raises:
            Overtaken: another operation took the service meanwhile.
        """
        with self.writer.begin() as connection:
            run = self.run
            leases.give_back(connection, run.installation, run.service_id, run.id)
            self.note(connection, {"state": "open"})

    def newest(self) -> int:
        """The number of the service's newest operation."""
        of_service = (operation.c.installation == self.run.installation) & (
            operation.c.service_id == self.run.service_id
        )
        with self.writer.connect() as connection:
            query = sa.select(sa.func.max(operation.c.number)).where(of_service)
            found: int = connection.execute(query).scalar_one()
            return found

    def note(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Change the operation's row and return it; note how the last write was answered.

        Raises:
            Overtaken: the operation lost its service.
        """
        held = {"of_number": self.run.number, "of_run": self.run.go}
        noted = connection.execute(_CHANGE, {**held, **values}).one_or_none()
        if noted is None:
            raise Overtaken
        if self._answer is not None:
            last = {"of_number": self.run.number, "of_step": self._last}
            connection.execute(_ANSWERED, {**last, "answer": self._answer})
        return noted

    def _noted(self, connection: Connection) -> int:
        """How many steps earlier runs noted."""
        noted: int = connection.execute(_NOTED, {"of_number": self.run.number}).scalar_one()
        return noted
