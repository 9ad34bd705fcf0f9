"""Limits for unauthenticated clients: seconds, bytes and number of connections.

uvicorn limits neither the time nor the size of a request's headers, and keeps a silent connection
open for ever. Here a whole request must arrive in time, and its headers may have `LARGEST_HEAD`
bytes; slow clients are disconnected. At the connection limit, the new connection is accepted and
the oldest idle one closed.

Source: uvicorn ("Timeouts", `uvicorn.protocols.http.httptools_impl`); asyncio, "Transports and
Protocols"; httptools (callbacks).
"""

from __future__ import annotations

import asyncio
import resource
import time
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from puq_zimbra.http import handshaking
from puq_zimbra.http_settings import HttpSettings

#: bytes of a request besides its body: headers, chunk sizes, trailers
LARGEST_HEAD = 64 * 2**10


class Connection(HttpToolsProtocol):
    """uvicorn's connection with limits, which `bounded` sets."""

    #: seconds in which a whole request must arrive, and the most connections
    seconds: ClassVar[float]
    most_connections: ClassVar[int]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept, evicting the oldest idle connection at the limit."""
        ours = (one for one in self.connections if isinstance(one, Connection))
        living = [one for one in ours if not one.transport.is_closing()]
        if len(living) >= self.most_connections:
            idle = [one for one in living if not one.is_at_work]
            # If none is idle, the new one is closed.
            first = min(idle, key=lambda one: one.since).transport if idle else transport
            first.abort()
        self.since = time.monotonic()
        self._not_body = 0
        handshaking.is_over(transport)
        self._deadline = self.loop.call_later(self.seconds, self._late)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._deadline.cancel()
        super().connection_lost(exc)

    @property
    def is_at_work(self) -> bool:
        """Whether a whole request has arrived and its client reads the answer."""
        cycle = self.cycle
        answered = cycle is None or cycle.response_complete
        return not answered and not cycle.more_body and not self.flow.write_paused

    def data_received(self, data: bytes) -> None:
        """Parse the data; disconnect when the headers are too large."""
        self._not_body += len(data)
        super().data_received(data)
        if self._not_body > LARGEST_HEAD:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Start the timer, also for a request on an idle connection."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Restart the byte count."""
        self._not_body = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Restart the byte count: bodies have their own limit."""
        self._not_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the timer."""
        self._not_body = 0
        self._deadline.cancel()
        super().on_message_complete()

    def _wait(self) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(self.seconds, self._late)

    def _late(self) -> None:
        if self.is_at_work:  # the late one is the request after it
            self._wait()
        else:
            self.transport.abort()


def bounded(http: HttpSettings) -> type[Connection]:
    """The connection class of a service: twice as many as hooks that may run or wait."""
    connections = _most(http) - (handshakes(http) if http.certificate else 0)
    bounds: dict[str, Any] = {
        "seconds": 2 * http.body_seconds,
        "most_connections": max(connections, 2),
    }
    return type("BoundedConnection", (Connection,), bounds)


def handshakes(http: HttpSettings) -> int:
    """How many connections may be in the TLS handshake."""
    return max(_most(http) // 4, 2)


def _most(http: HttpSettings) -> int:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The other half of the file descriptors is for the store and Zimbra.
    return min(2 * (http.workers + http.waiting), files // 2)
