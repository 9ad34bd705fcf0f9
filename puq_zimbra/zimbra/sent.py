"""How many requests this process sent to Zimbra, and how long it waited for their answers.

Source: Prometheus' advice "Instrumentation": calls, errors and time of what one depends on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Sent:
    """Requests of one name."""

    answered: int = 0
    #: cut, late, refused or not to be used
    unanswered: int = 0
    #: seconds in all, waiting for a turn included
    seconds: float = 0.0


_lock = threading.Lock()
_by_name: dict[str, Sent] = {}


@contextmanager
def counted(request: str) -> Iterator[None]:
    """Send one request inside."""
    began, answered = time.perf_counter(), False
    try:
        yield
        answered = True
    finally:
        with _lock:
            sent = _by_name.setdefault(request, Sent())
            sent.answered += answered
            sent.unanswered += not answered
            sent.seconds += time.perf_counter() - began


def so_far() -> dict[str, Sent]:
    """What was sent so far, by Zimbra's name of the request."""
    with _lock:
        return {
            name: Sent(one.answered, one.unanswered, one.seconds) for name, one in _by_name.items()
        }
