"""How often and how densely the servers were asked, for tests to look at.

A request counts from the moment it was read until its answer is about to be sent: a client that has
the answer may ask again at once, and must not be counted twice.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Traffic:
    """Requests by the time of their arrival, those refused by the DoS filter included."""

    def __init__(self) -> None:
        #: Times of arrival on the monotonic clock, of the last ten thousand requests.
        self.arrivals: deque[float] = deque(maxlen=10_000)
        #: The most requests that were worked on at one time.
        self.most_at_once = 0
        #: Requests that the DoS filter refused.
        self.refused = 0
        #: Requests that are being worked on.
        self.now = 0
        self._lock = threading.Lock()

    @contextmanager
    def request(self) -> Iterator[float]:
        """Count a request while it is worked on; gives the time of its arrival."""
        with self._lock:
            at = time.monotonic()
            self.arrivals.append(at)
            self.now += 1
            self.most_at_once = max(self.most_at_once, self.now)
        try:
            yield at
        finally:
            with self._lock:
                self.now -= 1

    def busiest_second(self) -> int:
        """The most requests that arrived within one second, over all connections."""
        times = list(self.arrivals)
        first = most = 0
        for count, at in enumerate(times, start=1):
            while at - times[first] >= 1.0:
                first += 1
            most = max(most, count - first)
        return most
