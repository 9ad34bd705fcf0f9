"""What can go wrong between here and Zimbra, on real sockets and TLS.

Each kind says how a server is spoilt for as long as it is used.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import trustme

from puq_zimbra.simulator import Running, Simulator, TlsFiles
from puq_zimbra.simulator.chaos import Plan

from .scenarios import HTML

#: longer than anybody waits
EVER = 60.0
TIMES = 10_000


@dataclass(frozen=True)
class Server:
    """A simulated Zimbra at work, and what can stand in its place."""

    simulator: Simulator
    running: Running
    #: certificates: its own, one of an authority that nobody knows, one for another name
    own: TlsFiles
    unknown: TlsFiles
    misnamed: TlsFiles
    #: where redirects lead
    elsewhere: Elsewhere


class Elsewhere:
    """A server with a good certificate that keeps every byte that it receives."""

    def __init__(self, tls: TlsFiles) -> None:
        self.received = b""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(tls.cert_file, tls.key_file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/service/admin/soap"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            with (
                suppress(OSError),  # it hangs up, or waits in vain for an answer
                raw,
                self._context.wrap_socket(raw, server_side=True) as connection,
            ):
                connection.settimeout(0.5)
                while data := connection.recv(65536):
                    self.received += data

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def certificates(directory: Path) -> tuple[TlsFiles, TlsFiles, TlsFiles]:
    """A server's own certificate, that of an unknown authority, and one for another name."""
    known, unknown = (trustme.CA(key_type=trustme.KeyType.ECDSA) for _ in range(2))
    made = []
    for number, (authority, host) in enumerate(
        [(known, "127.0.0.1"), (unknown, "127.0.0.1"), (known, "other.example")]
    ):
        ca, chain, key = (directory / f"{number}-{name}.pem" for name in ("ca", "cert", "key"))
        leaf = authority.issue_cert(host, key_type=trustme.KeyType.ECDSA)
        known.cert_pem.write_to_path(ca)
        leaf.cert_chain_pems[0].write_to_path(chain)
        leaf.private_key_pem.write_to_path(key)
        made.append(TlsFiles(ca, chain, key, fingerprint=""))
    return made[0], made[1], made[2]


Spoil = Callable[[Server, str, int], AbstractContextManager[object]]


@contextmanager
def _planned(server: Server, name: str, ordinal: int, **about: Any) -> Iterator[None]:
    """Disturb the requests of a name from one of them on."""
    plan = {"name": name, "skip": ordinal, "times": TIMES, **about}
    server.simulator.chaos.add(Plan(**plan))
    try:
        yield
    finally:
        server.simulator.chaos.clear()


def _plan(**about: Any) -> Spoil:
    return partial(_planned, **about)


@contextmanager
def _leading_away(server: Server, name: str, ordinal: int, status: int) -> Iterator[None]:
    where = {"Location": server.elsewhere.url}
    with _planned(server, name, ordinal, kind="http", status=status, headers=where):
        yield


@contextmanager
def _nameless(*_: object) -> Iterator[None]:
    failure = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with mock.patch.object(socket, "getaddrinfo", side_effect=failure):
        yield


def _connections(kind: str) -> Spoil:
    return lambda server, *_: _planned(server, "*", 0, kind=kind)


def _mangled(how: str) -> Spoil:
    return _plan(kind="mangle", how=how)


#: kind -> how the server is spoilt, from a request on (its name and ordinal) or altogether
WIRE: Mapping[str, Spoil] = {
    "refused": lambda server, *_: server.running.refusing(),
    "reset before TLS": _connections("refuse"),
    "no such name": _nameless,
    "unreachable": lambda server, *_: server.running.unreachable(),
    "unknown authority": lambda server, *_: server.running.presenting(server.unknown),
    "another name": lambda server, *_: server.running.presenting(server.misnamed),
    "stalled before TLS": _connections("stall"),
    "reset before the answer": _plan(kind="drop", how="reset"),
    "reset before the answer, applied": _plan(kind="drop", how="reset", applied=True),
    "reset in the body": _plan(kind="drop", how="reset", when="middle", applied=True),
    "silence": _plan(kind="silence"),
    "silence, applied": _plan(kind="silence", applied=True),
    "cut": _plan(kind="drop", when="middle", applied=True),
    "cut, of no said length": _plan(kind="drop", when="middle", applied=True, how="unsaid"),
    "head drips": _plan(kind="drip", how="head", seconds=EVER, applied=True),
    "body drips": _plan(kind="drip", seconds=EVER, applied=True),
    **{f"http {n}": _plan(kind="http", status=n, body=HTML) for n in (502, 503, 504)},
    "http 504, applied": _plan(kind="http", status=504, body=HTML, applied=True),
    "http 429": _plan(kind="http", status=429, headers={"DoSFilter": "unavailable"}),
    **{f"http {n}": partial(_leading_away, status=n) for n in (301, 302, 307, 308)},
    "a page": _plan(kind="http", status=200, body=HTML),
    **{
        how: _mangled(how)
        for how in (
            "malformed", "charset", "latin2", "nul", "huge", "elements", "attributes", "gzip",
            "bomb", "doctype", "laughs", "xxe", "external",
        )
    },
}  # fmt: skip
