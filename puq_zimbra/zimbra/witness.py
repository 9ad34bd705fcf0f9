"""Who is told of every write before it is sent, and of its answer after.

Reads tell nobody. A witness may forbid the write by raising.

Source: PEP 567.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from puq_zimbra.errors import Fault, Misconfigured, NotSent, shown


class Witness(Protocol):
    """Somebody who keeps account of the writes."""

    def sending(self, request: str, target: str) -> None:
        """Hear of a write, by Zimbra's name and what it is about."""

    def answered(self, answer: str) -> None:
        """Hear how it ended: done, Zimbra's code, "not sent" or "unknown"."""


_witness: ContextVar[Witness | None] = ContextVar("puq_zimbra_witness", default=None)


@contextmanager
def told(witness: Witness) -> Iterator[None]:
    """Tell the witness of every write that is sent inside."""
    token = _witness.set(witness)
    try:
        yield
    finally:
        _witness.reset(token)


@contextmanager
def tell(request: str, arguments: Mapping[str, Any]) -> Iterator[None]:
    """Send one write inside."""
    witness = _witness.get()
    if witness is None:
        yield
        return
    witness.sending(request, target_of(arguments))
    try:
        yield
    except Fault as error:
        witness.answered(shown(error.zimbra_code))
        raise
    except (NotSent, Misconfigured):
        witness.answered("not sent")
        raise
    except BaseException:
        witness.answered("unknown")
        raise
    witness.answered("done")


def target_of(arguments: Mapping[str, Any]) -> str:
    """What a request is about; nothing else of its arguments is looked at.

    >>> target_of({"id": "3f2b", "newPassword": "x"}), target_of({"name": "firma.example"})
    ('3f2b', 'firma.example')
    >>> target_of({"target": {"by": "id", "_value_1": "3f2b"}, "right": "x"}), target_of({})
    ('3f2b', '')
    """
    for key in ("name", "id"):
        if key in arguments:
            return str(arguments[key])
    target = arguments.get("target", {})
    return str(target.get("_value_1", ""))
