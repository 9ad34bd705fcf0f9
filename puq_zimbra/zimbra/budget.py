"""How much time is left for the hook at hand, for every request that it makes.

Source: PEP 567; a billing host stops waiting after 30 seconds or so, so a hook must answer before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_end: ContextVar[float | None] = ContextVar("puq_zimbra_budget_end", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what happens inside so many seconds in all."""
    token = _end.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def is_used_up() -> bool:
    """Whether nothing may be sent any more."""
    return remaining(1.0) <= 0


def remaining(most: float) -> float:
    """Seconds left, ``most`` at the most; at or below 0 the time is used up."""
    end = _end.get()
    return most if end is None else min(most, end - time.monotonic())
