"""What goes wrong with a connection, below HTTP: resets, crowds, silence, slowness."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

LOOPBACK = "127.0.0.1"
#: SO_LINGER's value that makes close() a reset.
_AT_ONCE = struct.pack("ii", 1, 0)
_PIECES = 10


def reset(connection: socket.socket) -> None:
    """Close by TCP's reset; nothing else may hold the socket."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    connection.close()


def crowd(port: int, held: contextlib.ExitStack) -> None:
    """Fill the backlog of a port that does not accept: the system drops further connections."""
    listener = held.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    listener.listen(0)
    for _ in range(2):
        one = held.enter_context(socket.socket())
        one.setblocking(False)
        one.connect_ex((LOOPBACK, port))


def wait_for_the_end(connection: socket.socket, read: Callable[[Any, int], bytes]) -> None:
    """Say nothing until the client has gone; ``read`` is TLS's way of receiving or TCP's."""
    with contextlib.suppress(OSError):
        while read(connection, 1024):
            pass


class Slow:
    """A file that is written to piece by piece, each time over so many seconds."""

    def __init__(self, fast: Any, seconds: float) -> None:
        self._fast = fast
        self._seconds = seconds

    def write(self, data: bytes) -> None:
        """Write the pieces and wait after each."""
        step = max(1, len(data) // _PIECES)
        for start in range(0, len(data), step):
            self._fast.write(data[start : start + step])
            time.sleep(self._seconds / _PIECES)

    def flush(self) -> None:
        """Write what is held back."""
        self._fast.flush()
