"""A connection on which somebody who cannot sign gets little: few seconds, few bytes, one place.

uvicorn bounds neither how long a request's head may take nor how large it may be, and a connection
that says nothing stays for ever. Here a request must have come whole in time, what is no body may
be `LARGEST_HEAD` bytes, and when all places are taken, whoever has kept one for longest without
having sent a whole request gives it up.

Source: uvicorn ("Timeouts", `uvicorn.protocols.http.httptools_impl`); asyncio, "Transports and
Protocols"; httptools (callbacks).
"""

from __future__ import annotations

import asyncio
import resource
import time
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from puq_zimbra.config import HttpSettings

#: bytes of a request that are no body: its head, the sizes of chunks, what trails
LARGEST_HEAD = 64 * 2**10


class Connection(HttpToolsProtocol):
    """uvicorn's connection with bounds; `bounded` says which."""

    #: seconds in which a request must have come, and how many connections there may be
    seconds: ClassVar[float]
    places: ClassVar[int]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, if need be somebody else's."""
        all_of_us = (one for one in self.connections if isinstance(one, Connection))
        living = [one for one in all_of_us if not one.transport.is_closing()]
        if len(living) >= self.places:
            idle = [one for one in living if not one.is_at_work]
            # All at work: then it is the new one that goes.
            first = min(idle, key=lambda one: one.since).transport if idle else transport
            first.abort()
        self.since = time.monotonic()
        self._not_body = 0
        self._deadline = self.loop.call_later(self.seconds, self._late)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._deadline.cancel()
        super().connection_lost(exc)

    @property
    def is_at_work(self) -> bool:
        """Whether a request has come whole, and somebody waits for its answer and reads it."""
        cycle = self.cycle
        answered = cycle is None or cycle.response_complete
        return not answered and not cycle.more_body and not self.flow.write_paused

    def data_received(self, data: bytes) -> None:
        """Let the parser see what came, and no more once that leads to nothing."""
        self._not_body += len(data)
        super().data_received(data)
        if self._not_body > LARGEST_HEAD:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Count the seconds of a request, also of one on a connection that was idle."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Begin to count bytes anew."""
        self._not_body = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Begin to count bytes anew: bodies have bounds of their own."""
        self._not_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop counting."""
        self._not_body = 0
        self._deadline.cancel()
        super().on_message_complete()

    def _wait(self) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(self.seconds, self._late)

    def _late(self) -> None:
        if self.is_at_work:  # what is late is the request after it
            self._wait()
        else:
            self.transport.abort()


def bounded(http: HttpSettings) -> type[Connection]:
    """The connections of a service: twice as many as hooks that may be at work or wait."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The other half of the files is the store's and Zimbra's.
    most = min(2 * (http.workers + http.waiting), files // 2)
    bounds: dict[str, Any] = {"seconds": 2 * http.body_seconds, "places": max(most, 2)}
    return type("BoundedConnection", (Connection,), bounds)
