"""Note every write before it is sent, and its answer after.

Reads are not noted. A journal forbids the write by raising: the store's does when the operation has
lost its lease. Between that and the moment of sending lies the wait for the rate limit, so the
journal is asked again right before: `send_until`, which the transport keeps to with each piece.

Source: PEP 567.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from puq_zimbra.errors import Busy, Fault, Misconfigured, NotSent, shown
from puq_zimbra.zimbra.context import Context

#: the argument of a batch that holds its requests
MEMBERS = "_value_1"


class WriteJournal(Protocol):
    """Where writes are noted."""

    def sending(self, request: str, target: str) -> None:
        """Note a write that is about to be sent: Zimbra's name of it, and its object."""

    def send_until(self) -> float:
        """Until when the noted write may be sent, by CLOCK_BOOTTIME; raises if it must not be."""

    def answered(self, answer: str) -> None:
        """Note how it ended: done, Zimbra's code, "not sent" or "unknown"."""


_journal: ContextVar[WriteJournal | None] = ContextVar("puq_zimbra_write_journal", default=None)


@contextmanager
def kept_in(journal: WriteJournal) -> Iterator[None]:
    """Note every write that is sent inside in this journal."""
    token = _journal.set(journal)
    try:
        yield
    finally:
        _journal.reset(token)


@contextmanager
def noted(context: Context) -> Iterator[None]:
    """Note a write before it is sent inside, and how it ended after."""
    journal = _journal.get()
    if journal is None or not context.request.writes:
        yield
        return
    journal.sending(context.request.name, target_of(context.arguments))
    try:
        yield
    except Fault as error:
        journal.answered(shown(error.zimbra_code))
        raise
    except (NotSent, Misconfigured, Busy):
        journal.answered("not sent")
        raise
    except BaseException:
        journal.answered("unknown")
        raise
    journal.answered("done")


def send_until(context: Context) -> float:
    """Until when a request may be sent: a read always, a write while its service is held."""
    journal = _journal.get()
    return math.inf if journal is None or not context.request.writes else journal.send_until()


def target_of(arguments: Mapping[str, Any]) -> str:
    """The object of a request; no other argument is read.

    >>> target_of({"id": "3f2b", "newPassword": "x"}), target_of({"name": "firma.example"})
    ('3f2b', 'firma.example')
    >>> target_of({"target": {"by": "id", "_value_1": "3f2b"}, "right": "x"}), target_of({})
    ('3f2b', '')
    """
    if members := arguments.get(MEMBERS):
        first = members[0].get("name") or members[0].get("id") or ""
        return f"{first} (+{len(members) - 1})" if len(members) > 1 else first
    for key in ("name", "id"):
        if key in arguments:
            return str(arguments[key])
    target = arguments.get("target", {})
    return str(target.get("_value_1", ""))
