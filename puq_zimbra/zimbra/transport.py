"""Send one SOAP request over HTTPS and return its answer, with limits on time and size.

A plain `requests` call lacks these: a total deadline (its time-out bounds each wait only), no
redirects (a 307 would send the admin token to another host), no proxies or certificates from the
environment, no cookies (with one, Zimbra requires CSRF tokens), no repeated POST, a limit on the
size, no compression that was not asked for. TLS is always verified: by a CA file, by the system's
authorities, or by the SHA-256 fingerprint of the certificate, checked before the first byte is
sent.

Source: requests' and urllib3's documentation; urllib3 `connection.py` for the order of connecting,
the TLS handshake and sending; tcp(7): TCP_USER_TIMEOUT.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import requests
import urllib3
from isal import isal_zlib
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from puq_zimbra import __version__
from puq_zimbra.errors import (
    CertificateNotTrusted,
    Misconfigured,
    NoAnswer,
    PuqZimbraError,
)
from puq_zimbra.zimbra import trust, unreachable
from puq_zimbra.zimbra_server import Tls

#: seconds to reach the server and to agree on TLS
CONNECT_SECONDS = 3.0
#: bytes; six times the largest answer that we ask for, which is a page of usage
MAX_ANSWER = 8 * 2**20
#: connections to one server that are kept for the next request
_KEPT = 10
#: bytes that are read at once
_PIECE = 2**20
#: seconds after which the system gives up what was sent and not confirmed, also of a process that
#: was stopped or killed meanwhile
_LATE_SECONDS = 10.0

log = logging.getLogger("puq_zimbra")

_this_thread = threading.local()
#: how far a request came
_CONNECTING, _HANDSHAKE, _CONNECTED, _SENT = range(4)


class _FingerprintDiffers(Exception):
    """The server's certificate is not the pinned one."""


class _Socket(ssl.SSLSocket):
    """A socket whose waits, all together, end with the time of this thread's request."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_time_left())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_time_left_to_send())
        return super().send(*args, **kwargs)


def _time_left() -> float:
    left: float = _this_thread.end - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time is left")
    return left


def _time_left_to_send() -> float:
    left = _time_left()
    if time.clock_gettime(time.CLOCK_BOOTTIME) >= _this_thread.send_until:
        raise TimeoutError("it must not be sent any more")
    return left


class _Connection(HTTPSConnection):
    """A connection that notes how far it came."""

    fingerprints: tuple[str, ...] = ()

    def _new_conn(self) -> socket.socket:
        plain = super()._new_conn()
        _this_thread.stage = _HANDSHAKE
        return plain

    def connect(self) -> None:
        super().connect()
        if self.fingerprints:
            assert isinstance(self.sock, ssl.SSLSocket)
            seen = hashlib.sha256(self.sock.getpeercert(binary_form=True) or b"").hexdigest()
            if not any(hmac.compare_digest(seen, pinned) for pinned in self.fingerprints):
                self.close()
                raise _FingerprintDiffers(seen)
            self.is_verified = True
        _this_thread.stage = _CONNECTED

    def request(self, *args: Any, **kwargs: Any) -> None:
        # Connecting may have used up the time: the hook has ended, and the service's next operation
        # may have begun.
        _time_left_to_send()
        _this_thread.stage = _SENT
        super().request(*args, **kwargs)


class _Adapter(HTTPAdapter):
    """Requests' adapter for one server, with its own trust and a total deadline."""

    def __init__(self, url: str, tls: Tls, late_seconds: float) -> None:
        pinned = tls.fingerprint or ()

        class Connection(_Connection):
            fingerprints = pinned if isinstance(pinned, tuple) else (pinned,)

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        place = urllib3.util.parse_url(url)
        options = [
            *HTTPSConnection.default_socket_options,
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(late_seconds * 1000)),
        ]
        trusted = _trust(tls)
        self._pool = Pool(
            place.host or "",
            place.port or 443,
            maxsize=_KEPT,
            socket_options=options,
            **trusted,
        )
        super().__init__(max_retries=urllib3.Retry(0, redirect=False))

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPSConnectionPool:
        """Return the server's connections; the address is always the same."""
        return self._pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool's trust alone: requests would put its own bundle over it."""

    def close(self) -> None:
        self._pool.close()


def _trust(tls: Tls) -> dict[str, Any]:
    if tls.fingerprint:
        # The chain is not checked: the certificate itself is compared in _Connection.connect.
        return {"ssl_context": _pinned(), "cert_reqs": "CERT_NONE", "assert_hostname": False}
    try:
        return {"ssl_context": _verified(tls.ca_file)}
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            "The file server.tls.ca_file cannot be read as PEM certificates."
        ) from error


# One for all servers: there are many system authorities to read.
@cache
def _verified(ca_file: str | None) -> ssl.SSLContext:
    return _shared(trust.context(ca_file))


@cache
def _pinned() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _shared(context)


def _shared(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslsocket_class = _Socket
    # urllib3 sets this for each connection, which frees what other threads' handshakes are reading
    # (CPython issue 141012). It is set once.
    context.set_alpn_protocols(["http/1.1"])
    context.set_alpn_protocols = lambda alpn_protocols: None  # type: ignore[method-assign]
    return context


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    content_type: str
    body: bytes
    #: the header Date
    date: str = ""


class Transport:
    """A kept-alive HTTPS connection to one server.

    Raises of `post`: `CertificateNotTrusted` and `NotSent` (Zimbra saw nothing), `NoAnswer` (it may
    have seen the request).
    """

    def __init__(self, url: str, tls: Tls, late_seconds: float = _LATE_SECONDS) -> None:
        """What is sent reaches the server within ``late_seconds``, or not at all."""
        self.url = url
        try:
            self.host = urllib3.util.parse_url(url).host or ""
        except urllib3.exceptions.LocationParseError as error:
            raise Misconfigured(
                "The Zimbra server's address in the server's settings is no host's: correct it."
            ) from error
        # Not a requests.Session: it would follow redirects, keep cookies and read the environment.
        self._adapter = _Adapter(url, tls, late_seconds)

    def post(
        self, body: bytes, seconds: float, *, until: float = math.inf, gzip: bool = False
    ) -> Answer:
        """Send one request and read its whole answer within so many seconds.

        No piece of it is sent after ``until``, by CLOCK_BOOTTIME.
        """
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "User-Agent": f"puq_zimbra/{__version__}",
            "Accept-Encoding": "gzip" if gzip else "identity",
        }
        _this_thread.stage, _this_thread.end = _CONNECTING, time.monotonic() + seconds
        _this_thread.send_until = until
        timeout = (min(CONNECT_SECONDS, seconds), seconds)
        try:
            request = self._blank.copy()
            request.headers.update(headers)
            request.prepare_body(body, files=None)
            with self._adapter.send(request, stream=True, timeout=timeout) as response:
                body = self._read(response, gzip)
                kind = response.headers.get("Content-Type", "")
                return Answer(response.status_code, kind, body, response.headers.get("Date", ""))
        except _FingerprintDiffers as error:
            raise CertificateNotTrusted(
                "The Zimbra server's certificate has another fingerprint than the given one:"
                " compare %(fingerprint)s with what its administrator says.",
                fingerprint=f"sha256:{error}",
            ) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # Only the error's type and the system's text: neither holds a URL or a header.
            log.info(
                "zimbra.no_answer",
                extra={"fields": {"host": self.host, "cause": unreachable.cause(error)}},
            )
            raise self._no_answer(error) from error

    @cached_property
    def _blank(self) -> requests.PreparedRequest:
        """A request without a body, made once: the address is the same for all."""
        return requests.Request("POST", self.url).prepare()

    def _read(self, response: requests.Response, gzip: bool) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ({"identity", "gzip"} if gzip else {"identity"}):
            raise self._unusable()
        unpack = isal_zlib.decompressobj(31) if encoding == "gzip" else None
        parts, size = [], 0
        for part in response.raw.stream(_PIECE, decode_content=False):
            try:
                plain = unpack.decompress(part, MAX_ANSWER - size + 1) if unpack else part
            except isal_zlib.error as error:  # type: ignore[misc]  # its stub forgot the "type"
                raise self._unusable() from error
            size += len(plain)
            if size > MAX_ANSWER:
                raise self._unusable()
            parts.append(plain)
        if unpack and not unpack.eof:
            raise self._unusable()
        return b"".join(parts)

    def _unusable(self) -> NoAnswer:
        return NoAnswer("Zimbra's answer is too large or in an encoding that was not asked for.")

    def _no_answer(self, error: Exception) -> PuqZimbraError:
        if _this_thread.stage != _SENT:
            return unreachable.why(error, in_handshake=_this_thread.stage == _HANDSHAKE)
        if time.monotonic() >= _this_thread.end:
            return NoAnswer("Zimbra did not answer in time.")
        return NoAnswer("The connection to Zimbra broke off.")

    def close(self) -> None:
        """Give back the connection."""
        self._adapter.close()
