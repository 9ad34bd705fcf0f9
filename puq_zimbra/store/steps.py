"""Steps: the writes of an operation, each noted before it is sent.

One commit a write: it sees to it that the operation still holds its service, notes the request that
is about to be sent and how the one before was answered. After a crash the last step stands without
an answer; no secret is in any.

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
_NOTED = sa.select(sa.func.count()).where(step.c.operation == sa.bindparam("of_number"))


@dataclass(frozen=True)
class Run:
    """One process's go at an operation."""

    #: the reference that the host was given
    id: str
    #: the operation's, in the order in which they began
    number: int
    #: which go at it this is
    go: int
    #: a write was sent before: by an earlier run, or by an operation whose place it took
    written: bool


class Overtaken(Busy):
    """The service was given to somebody else meanwhile: nothing more may be sent."""


class Steps:
    """Notes what one run sends; `puq_zimbra.zimbra.witness` tells it."""

    def __init__(self, writer: Engine, run: Run) -> None:
        self._writer, self.run = writer, run
        self._answer: str | None = None
        self._last: int | None = None
        #: a write was sent, in this run or before
        self.written = run.written

    def sending(self, request: str, target: str) -> None:
        """Note a write that is about to be sent.

        Raises:
            Overtaken: the operation lost its service; it must not be sent.
        """
        with self._writer.begin() as connection:
            self.note(connection, {"written": 1})
            number = (self._last or self._noted(connection)) + 1
            row = {"operation": self.run.number, "number": number, "at": int(time.time())}
            names = {"request": request[:60], "target": target[:320]}
            connection.execute(_NOTE, {**row, **names})
        self._last, self._answer, self.written = number, None, True

    def answered(self, answer: str) -> None:
        """Remember how the last write was answered; it is noted with what comes next."""
        self._answer = answer[:60]

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
