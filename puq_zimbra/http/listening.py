"""Where the service listens: a unix socket, loopback, or elsewhere with TLS.

Source: unix(7), `uvicorn.Server` (sockets of the caller's own).
"""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from puq_zimbra.errors import Misconfigured
from puq_zimbra.http_settings import HttpSettings

#: who may connect to the unix socket: the service's user and group
_SOCKET_MODE = 0o660
_BACKLOG = 512


@dataclass(frozen=True)
class Address:
    """Where to listen: ``path`` of a unix socket, or ``host`` and ``port``."""

    path: str = ""
    host: str = ""
    port: int = 0


def address(http: HttpSettings) -> Address:
    """The configured address.

    Raises:
        Misconfigured: it cannot be read, or needs a certificate that is not there.
    """
    if http.listen.startswith("unix:"):
        path = http.listen.removeprefix("unix:")
        if not path.startswith("/"):
            raise Misconfigured("[http] listen: unix: is followed by a path from the root on.")
        return Address(path=path)
    host, colon, port = http.listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Misconfigured("[http] listen is neither HOST:PORT nor unix:/PATH.")
    if (http.certificate is None) != (http.key is None):
        raise Misconfigured("[http] certificate and key belong together.")
    if http.certificate is None and not _is_loopback(host):
        raise Misconfigured(
            "[http] listen is not loopback: give certificate and key too, or listen on 127.0.0.1 or"
            " unix:/PATH."
        )
    return Address(host=host, port=int(port))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name may mean something else tomorrow


def bind(where: Address) -> socket.socket:
    """The socket, listening.

    Raises:
        Misconfigured: another process listens there, or it is not permitted.
    """
    try:
        return _unix(where.path) if where.path else _tcp(where.host, where.port)
    except OSError as error:
        raise Misconfigured(
            "[http] listen, %(address)s: %(reason)s.",
            address=f"unix:{where.path}" if where.path else f"{where.host}:{where.port}",
            reason=error.strerror or type(error).__name__,
        ) from error


def _tcp(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, target = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with ExitStack() as unless_it_listens:
        found = unless_it_listens.enter_context(socket.socket(family, kind, protocol))
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(target)
        found.listen(_BACKLOG)
        unless_it_listens.pop_all()
    return found


def _unix(path: str) -> socket.socket:
    _take_away_dead(Path(path))
    with ExitStack() as unless_it_listens:
        found = unless_it_listens.enter_context(socket.socket(socket.AF_UNIX))
        before = os.umask(0o777 & ~_SOCKET_MODE)
        try:
            found.bind(path)
        finally:
            os.umask(before)
        found.listen(_BACKLOG)
        unless_it_listens.pop_all()
    return found


def _take_away_dead(path: Path) -> None:
    """Remove the socket of a service that was killed; a living one's stays, and binding fails."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


def shown(where: Address, bound: socket.socket, *, tls: bool) -> str:
    """The address as a caller's settings write it."""
    if where.path:
        return f"unix:{where.path}"
    host = f"[{where.host}]" if ":" in where.host else where.host
    return f"{'https' if tls else 'http'}://{host}:{bound.getsockname()[1]}"
