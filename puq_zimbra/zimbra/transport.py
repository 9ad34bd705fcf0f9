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
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
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
#: connections to one server that are kept for the next request
_KEPT = 10
#: bytes that are read at once
_PIECE = 2**20

log = logging.getLogger("puq_zimbra")

_this_thread = threading.local()


class _FingerprintDiffers(Exception):
    """The server's certificate is not the pinned one."""


class _Socket(ssl.SSLSocket):
    """A socket that waits no longer than this thread's request may take, all waits together."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_time_left())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_time_left())
        return super().send(*args, **kwargs)


def _time_left() -> float:
    left: float = _this_thread.end - time.monotonic()
    if left <= 0:
        raise TimeoutError("no time is left")
    return left


class _Connection(HTTPSConnection):
    """A connection that knows whether it has sent anything."""

    fingerprints: tuple[str, ...] = ()

    def connect(self) -> None:
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
        _time_left()
        _this_thread.sent = True
        super().request(*args, **kwargs)


class _Adapter(HTTPAdapter):
    """Requests' adapter for one server, with our trust and a total deadline."""

    def __init__(self, url: str, tls: Tls) -> None:
        pinned = tls.fingerprint or ()

        class Connection(_Connection):
            fingerprints = pinned if isinstance(pinned, tuple) else (pinned,)

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Connection

        place = urllib3.util.parse_url(url)
        self._pool = Pool(place.host or "", place.port or 443, maxsize=_KEPT, **_trust(tls))
        super().__init__(max_retries=urllib3.Retry(0, redirect=False))

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPSConnectionPool:
        """Give the server's connections, whatever address is asked for."""
        return self._pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the pool's trust alone: requests would put its own bundle over it."""

    def close(self) -> None:
        self._pool.close()


def _trust(tls: Tls) -> dict[str, Any]:
    if tls.fingerprint:
        # The chain is not looked at: the certificate itself is compared in _Connection.connect.
        return {"ssl_context": _pinned(), "cert_reqs": "CERT_NONE", "assert_hostname": False}
    try:
        return {"ssl_context": _verified(tls.ca_file)}
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            "The file server.tls.ca_file cannot be read as PEM certificates."
        ) from error


# One for all servers: the system's authorities are many to read.
@cache
def _verified(ca_file: str | None) -> ssl.SSLContext:
    return _shared(ssl.create_default_context(cafile=ca_file))


@cache
def _pinned() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _shared(context)


def _shared(context: ssl.SSLContext) -> ssl.SSLContext:
    context.sslsocket_class = _Socket
    # urllib3 says this for each connection anew, which takes away what other threads' handshakes
    # read at that moment (CPython issue 141012). It is said once.
    context.set_alpn_protocols(["http/1.1"])
    context.set_alpn_protocols = lambda alpn_protocols: None  # type: ignore[method-assign]
    return context


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
        self._adapter = _Adapter(url, tls)

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
        _this_thread.sent, _this_thread.end = False, time.monotonic() + seconds
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
            # The kind and the system's own words: a URL or a header never stands in them.
            log.info("no answer", extra={"fields": {"host": self.host, "cause": _cause(error)}})
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

    def _not_trusted(self) -> CertificateNotTrusted:
        return CertificateNotTrusted(
            "The Zimbra server's certificate is not trusted: give its CA file or its fingerprint in"
            " the server's settings."
        )

    def _no_answer(self, error: Exception) -> Exception:
        if not _this_thread.sent:
            if _certificate_failed(error):
                return self._not_trusted()
            return NotSent(
                "The Zimbra server cannot be reached: check its address and port in the server's"
                " settings, and whether it runs."
            )
        if time.monotonic() >= _this_thread.end:
            return NoAnswer("Zimbra did not answer in time.")
        return NoAnswer("The connection to Zimbra broke off.")

    def close(self) -> None:
        """Give back the connection."""
        self._adapter.close()


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
