"""Carry one SOAP request over HTTPS and bring back its answer, within bounds.

Everything that a plain `requests` call leaves open is closed here: a total deadline (its own
time-out only bounds the wait for each piece), no redirects (a 307 would hand the admin token to
another host), no proxies or certificate overrides from the environment, no cookies (with one,
Zimbra starts to ask for CSRF tokens), no repeated POST, a cap on the size, no compression that was
not asked for. TLS is always verified: by a CA file, by the system's authorities, or by the SHA-256
fingerprint of the certificate itself, which is checked before the first byte is sent.

Source: requests' and urllib3's documentation; urllib3 `connection.py` for the order of connecting,
the TLS handshake and sending.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from socket import SHUT_RDWR
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from puq_zimbra import __version__
from puq_zimbra.call import Tls
from puq_zimbra.errors import (
    CertificateNotTrusted,
    Misconfigured,
    NoAnswer,
    NotSent,
    TimeUsedUp,
)
from puq_zimbra.zimbra import budget

#: seconds to reach the server and to agree on TLS
CONNECT_SECONDS = 3.0
#: bytes; the largest answer we ask for (a page of usage) is a sixth of it
MAX_ANSWER = 8 * 2**20
#: bytes that are read at once
_PIECE = 2**20

log = logging.getLogger("puq_zimbra")

_this_thread = threading.local()


class _FingerprintDiffers(Exception):
    """The server's certificate is not the pinned one."""


class _Connection(HTTPSConnection):
    """A connection that the deadline can cut and that knows whether it has sent anything."""

    fingerprints: tuple[str, ...] = ()

    def connect(self) -> None:
        _this_thread.connection = self
        super().connect()
        if self.fingerprints:
            assert isinstance(self.sock, ssl.SSLSocket)
            seen = hashlib.sha256(self.sock.getpeercert(binary_form=True) or b"").hexdigest()
            if not any(hmac.compare_digest(seen, pinned) for pinned in self.fingerprints):
                self.close()
                raise _FingerprintDiffers(seen)
            self.is_verified = True

    def request(self, *args: Any, **kwargs: Any) -> None:
        # Connecting may have taken all the time: what is sent now, nobody would wait for, and the
        # next operation of the service may have begun.
        if time.monotonic() >= _this_thread.end:
            raise TimeoutError("no time is left")
        _this_thread.connection = self
        _this_thread.sent = True
        super().request(*args, **kwargs)


class _Adapter(HTTPAdapter):
    """Requests' adapter with our trust and a total deadline."""

    def __init__(self, tls: Tls) -> None:
        self._trust = _trust(tls)
        pinned = tls.fingerprint or ()

        class Connection(_Connection):
            fingerprints = pinned if isinstance(pinned, tuple) else (pinned,)

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        self._pool_class = Pool
        super().__init__(max_retries=urllib3.Retry(0, redirect=False))

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **_: Any
    ) -> None:
        self.poolmanager = urllib3.PoolManager(connections, maxsize=maxsize, **self._trust)
        self.poolmanager.pool_classes_by_scheme = {"https": self._pool_class}

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        host, _ = super().build_connection_pool_key_attributes(request, True)
        return host, {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool's trust alone: requests would put its own bundle over it."""


def _trust(tls: Tls) -> dict[str, Any]:
    if tls.fingerprint:
        # The chain is not looked at: the certificate itself is compared in _Connection.connect.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return {"ssl_context": context, "cert_reqs": "CERT_NONE", "assert_hostname": False}
    try:
        return {"ssl_context": ssl.create_default_context(cafile=tls.ca_file)}
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            "The file server.tls.ca_file cannot be read as PEM certificates."
        ) from error


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    content_type: str
    body: bytes
    #: the header Date: the clock of whoever answered
    date: str = ""


class Transport:
    """A kept-alive HTTPS connection to one server.

    Raises of `post`: `CertificateNotTrusted` and `NotSent` (Zimbra saw nothing), `NoAnswer` (it may
    have seen the request).
    """

    def __init__(
        self,
        url: str,
        tls: Tls,
        seconds: float,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``turn`` waits until a request may be made, and is held while it is."""
        self.url = url
        self._turn = turn
        self.host = urllib3.util.parse_url(url).host or ""
        #: total time of one request
        self.seconds = seconds
        # Alone: a session would follow redirects, keep cookies and heed the environment.
        self._adapter = _Adapter(tls)

    def post(self, body: bytes, *, gzip: bool = False) -> Answer:
        """Send one request and read its whole answer within the deadline."""
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "User-Agent": f"puq_zimbra/{__version__}",
            "Accept-Encoding": "gzip" if gzip else "identity",
        }
        with self._turn():
            return self._send(body, headers, gzip=gzip)

    def _send(self, body: bytes, headers: dict[str, str], *, gzip: bool) -> Answer:
        seconds = budget.remaining(self.seconds)
        if seconds <= 0:
            raise TimeUsedUp("Zimbra took so long that the time for this was used up.")
        _this_thread.connection, _this_thread.sent = None, False
        _this_thread.end = time.monotonic() + seconds
        deadline = _Deadline(seconds)
        request = requests.Request("POST", self.url, headers, data=body).prepare()
        timeout = (min(CONNECT_SECONDS, seconds), seconds)
        try:
            with (
                deadline,
                self._adapter.send(request, stream=True, timeout=timeout) as response,
            ):
                body = self._read(response, gzip)
                kind = response.headers.get("Content-Type", "")
                # A connection cut among the headers looks like an empty answer.
                if deadline.passed:
                    raise self._too_late()
                return Answer(response.status_code, kind, body, response.headers.get("Date", ""))
        except _FingerprintDiffers as error:
            raise CertificateNotTrusted(
                "The Zimbra server's certificate has another fingerprint than the given one:"
                " compare %(fingerprint)s with what its administrator says.",
                fingerprint=f"sha256:{error}",
            ) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # The kind and the system's own words: a URL or a header never stands in them.
            log.info("no answer", extra={"fields": {"host": self.host, "cause": _cause(error)}})
            raise self._no_answer(error, deadline.passed) from error

    def _read(self, response: requests.Response, gzip: bool) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ({"identity", "gzip"} if gzip else {"identity"}):
            raise self._unusable()
        unpack = zlib.decompressobj(31) if encoding == "gzip" else None
        parts, size = [], 0
        for part in response.raw.stream(_PIECE, decode_content=False):
            try:
                plain = unpack.decompress(part, MAX_ANSWER - size + 1) if unpack else part
            except zlib.error as error:
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

    def _too_late(self) -> NoAnswer:
        return NoAnswer("Zimbra did not answer in time.")

    def _not_trusted(self) -> CertificateNotTrusted:
        return CertificateNotTrusted(
            "The Zimbra server's certificate is not trusted: give its CA file or its fingerprint in"
            " the server's settings."
        )

    def _no_answer(self, error: Exception, too_late: bool) -> Exception:
        if not _this_thread.sent:
            if _certificate_failed(error):
                return self._not_trusted()
            return NotSent(
                "The Zimbra server cannot be reached: check its address and port in the server's"
                " settings, and whether it runs."
            )
        if too_late:
            return self._too_late()
        return NoAnswer("The connection to Zimbra broke off.")

    def close(self) -> None:
        """Give back the connection."""
        self._adapter.close()


class _Deadline:
    """Cut this thread's connection when the time is up."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._thread_state = _this_thread.__dict__
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def _cut(self) -> None:
        self.passed = True
        connection = self._thread_state.get("connection")
        sock = getattr(connection, "sock", None)
        if sock is not None:
            with suppress(OSError):  # it is closed already: there is nothing left to cut
                sock.shutdown(SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _cause(error: BaseException) -> str:
    """The innermost error, in a word or two."""
    while True:
        inner = error.__cause__ or error.__context__ or getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            return f"{type(error).__name__} {getattr(error, 'strerror', None) or ''}".strip()
        error = inner


def _certificate_failed(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__ or getattr(error, "reason", None)
    return False
