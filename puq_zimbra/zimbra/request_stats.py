"""How many requests this process sent to Zimbra, and how long it waited for their answers.

Source: Prometheus' advice "Instrumentation": calls, errors and time of each dependency.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass
class RequestStats:
    """Requests of one name."""

    answered: int = 0
    #: cut, late, refused or unusable
    unanswered: int = 0
    #: seconds in all, the wait for the rate limit included
    seconds: float = 0.0


_lock = threading.Lock()
_by_name: dict[str, RequestStats] = {}
_by_server: dict[str, ServerStats] = {}


@dataclass
class ServerStats(RequestStats):
    """Requests to one server."""

    #: whether the last one was answered
    is_up: bool = True


@contextmanager
def counted(place: str, name: str) -> Iterator[None]:
    """Count the request that is sent inside to a server (host and port), and its seconds."""
    began, answered = time.perf_counter(), False
    try:
        yield
        answered = True
    finally:
        took = time.perf_counter() - began
        with _lock:
            server = _by_server.setdefault(place, ServerStats())
            server.is_up = answered
            for stats in (_by_name.setdefault(name, RequestStats()), server):
                stats.answered += answered
                stats.unanswered += not answered
                stats.seconds += took


def of_servers() -> dict[str, ServerStats]:
    """What was sent to each server so far, by its host and port."""
    with _lock:
        return {place: replace(one) for place, one in _by_server.items()}


def so_far() -> dict[str, RequestStats]:
    """What was sent so far, by Zimbra's name of the request."""
    with _lock:
        return {
            name: RequestStats(one.answered, one.unanswered, one.seconds)
            for name, one in _by_name.items()
        }
