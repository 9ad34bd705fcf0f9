"""Limits for connections in their TLS handshake: few at a time, and each for a few seconds.

asyncio hands a connection over after the handshake, for which it waits a minute, for any number of
connections: silent clients would use up the process's file descriptors. So the listening socket
counts the handshakes. A late one is disconnected, and so is the oldest one at the limit; asyncio
then ends it without a log line.

Source: CPython's `Lib/asyncio/selector_events.py` (``_accept_connection``), `sslproto.py`.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress


class _Waiting:
    """A connection in its handshake, and its end."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self.connection = connection
        self.deadline = asyncio.get_running_loop().call_later(seconds, self.hang_up)

    def hang_up(self) -> None:
        """End it, from below: asyncio sees that the other end is gone."""
        with suppress(OSError):  # it is over by now
            self.connection.shutdown(socket.SHUT_RDWR)


#: those in their handshake by the number of their file, the oldest first
_waiting: dict[int, _Waiting] = {}


class Listener(socket.socket):
    """A listening socket with bounds on handshakes."""

    most: int
    seconds: float

    def accept(self) -> tuple[socket.socket, object]:
        """Let one more in.

        Raises:
            BlockingIOError: too many wait; the oldest was hung up on, and asyncio asks again once
                it has looked at that.
        """
        for number, one in list(_waiting.items()):
            if one.connection.fileno() != number:
                _forget(number)
        if len(_waiting) >= self.most:
            next(iter(_waiting.values())).hang_up()
            raise BlockingIOError
        connection, address = super().accept()
        _waiting[connection.fileno()] = _Waiting(connection, self.seconds)
        return connection, address


def bound(listening: socket.socket, most: int, seconds: float) -> Listener:
    """The same listening socket with bounds."""
    made = Listener(listening.family, listening.type, listening.proto, listening.detach())
    made.most, made.seconds = most, seconds
    return made


def is_over(transport: asyncio.BaseTransport) -> None:
    """Note that a connection has agreed on TLS: from now on its protocol bounds it."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        _forget(connection.fileno())


def _forget(number: int) -> None:
    if (one := _waiting.pop(number, None)) is not None:
        one.deadline.cancel()
