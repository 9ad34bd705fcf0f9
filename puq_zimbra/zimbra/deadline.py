"""How much time is left for the hook, for every request that it makes.

Source: PEP 567; a billing host stops waiting after 30 seconds or so, so a hook must answer before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from puq_zimbra.errors import TimeUsedUp

_end: ContextVar[float | None] = ContextVar("puq_zimbra_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit what happens inside to so many seconds in all."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def is_used_up() -> bool:
    """Whether the time is used up, so that nothing may be sent."""
    return remaining(1.0) <= 0


def remaining(most: float) -> float:
    """Seconds left, at most ``most``; 0 or less: the time is used up."""
    end = _end.get()
    return most if end is None else min(most, end - time.monotonic())


def for_request(most: float) -> float:
    """Seconds that a request may take, at most ``most``.

    Raises:
        TimeUsedUp: there are none; nothing was sent.
    """
    seconds = remaining(most)
    if seconds <= 0:
        raise TimeUsedUp("Zimbra took so long that the time for this was used up.")
    return seconds
