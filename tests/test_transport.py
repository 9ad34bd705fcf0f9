"""The bounds of the transport, against a server that misbehaves over real TLS."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from puq_zimbra.call import Tls
from puq_zimbra.errors import CertificateNotTrusted, Misconfigured, NoAnswer, NotSent
from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.transport import MAX_ANSWER, Transport

Behaviour = Callable[[ssl.SSLSocket], object]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


class Server:
    """A TLS server that reads one request per connection and then behaves as told."""

    def __init__(self, directory: Path) -> None:
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        certificate = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.ca_file = directory / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
        self.fingerprint = hashlib.sha256(der).hexdigest()
        self.behave: Behaviour = lambda connection: None
        self.requests: list[bytes] = []
        self._context = context
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
            threading.Thread(target=self._one, args=(raw,), daemon=True).start()

    def _one(self, raw: socket.socket) -> None:
        try:
            with self._context.wrap_socket(raw, server_side=True) as connection:
                self.requests.append(self._read(connection))
                self.behave(connection)
        except OSError:
            return  # the client has gone, as it should in most of these tests

    @staticmethod
    def _read(connection: ssl.SSLSocket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A misbehaving server, trusted by its authority."""
    running = Server(tmp_path)
    yield running
    running.close()


@pytest.fixture
def transport(server: Server) -> Iterator[Transport]:
    """A client of it with one second for a request."""
    client = Transport(server.url, Tls(ca_file=str(server.ca_file)), seconds=1.0)
    yield client
    client.close()


def says(answer: bytes) -> Behaviour:
    """Send these bytes and close."""
    return lambda connection: connection.sendall(answer)


def drips(head: bytes, stop: threading.Event) -> Behaviour:
    """Send a byte every tenth of a second until told to stop."""

    def behave(connection: ssl.SSLSocket) -> None:
        connection.sendall(head)
        while not stop.wait(0.1):
            connection.sendall(b"x")

    return behave


def test_a_good_answer_comes_back_whole(server: Server, transport: Transport) -> None:
    """The plain case, on which the others build."""
    server.behave = says(OK + b"Content-Length: 4\r\n\r\n<a/>")

    assert transport.post(b"<x/>").body == b"<a/>"
    assert b"\r\nCookie:" not in server.requests[0]
    assert b"Accept-Encoding: identity" in server.requests[0]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Drip: ",
        OK + b"Content-Length: 9999\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n9999\r\n",
    ],
    ids=["silence", "header", "body", "chunk"],
)
def test_a_dripping_server_cannot_hold_us(
    server: Server, transport: Transport, head: bytes
) -> None:
    """A hook must answer in time whatever the peer does; a time-out per read is not enough."""
    stop = threading.Event()
    server.behave = drips(head, stop) if head else lambda _: bool(stop.wait(30))
    begun = time.monotonic()

    with pytest.raises(NoAnswer, match="did not answer in time"):
        transport.post(b"<x/>")
    stop.set()

    assert time.monotonic() - begun < 1.5


def test_nothing_is_sent_when_the_time_is_over(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver took it all: by now another operation of the service may be at work."""
    resolve, tick = socket.getaddrinfo, threading.Event()

    def slowly(*given: Any, **more: Any) -> Any:
        tick.wait(1.1)
        return resolve(*given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)

    with pytest.raises(NotSent):
        transport.post(b"<x/>")
    assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        OK + b"Content-Length: 100\r\n\r\n<a/>",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n",
        b"not http at all\r\n\r\n",
    ],
    ids=["nothing", "cut", "cut chunks", "no http"],
)
def test_a_broken_answer_is_no_answer(server: Server, transport: Transport, answer: bytes) -> None:
    """The request may have been carried out: that must not look like a refusal."""
    server.behave = says(answer)

    with pytest.raises(NoAnswer):
        transport.post(b"<x/>")


def test_a_redirect_is_not_followed(server: Server, transport: Transport) -> None:
    """A 307 would hand the administrator's token to another host."""
    head = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + server.url.encode()
    server.behave = says(head + b"\r\nContent-Length: 0\r\n\r\n")

    answer = transport.post(b"<x/>")

    assert answer.status == 307
    assert len(server.requests) == 1
    with pytest.raises(NoAnswer, match="HTTP 307"):
        answers.read(answer, "GetDomain")


def test_a_huge_answer_is_cut_off(server: Server, transport: Transport) -> None:
    """Memory stays flat whatever the peer sends."""
    server.behave = says(OK + b"\r\n" + b"x" * (MAX_ANSWER + 100))

    with pytest.raises(NoAnswer, match="too large"):
        transport.post(b"<x/>")


def test_compression_that_was_not_asked_for_is_refused(
    server: Server, transport: Transport
) -> None:
    """300 MB fit into 300 kB of gzip."""
    packed = gzip.compress(b"<a/>")
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(packed)).encode()
    server.behave = says(head + b"\r\n\r\n" + packed)

    with pytest.raises(NoAnswer, match="not asked for"):
        transport.post(b"<x/>")
    assert transport.post(b"<x/>", gzip=True).body == b"<a/>"


def test_a_gzip_bomb_is_cut_off(server: Server, transport: Transport) -> None:
    """The cap is on what it unpacks to."""
    packed = gzip.compress(b"x" * (MAX_ANSWER * 4))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(packed)).encode()
    server.behave = says(head + b"\r\n\r\n" + packed)

    with pytest.raises(NoAnswer, match="too large"):
        transport.post(b"<x/>", gzip=True)


@pytest.mark.parametrize(
    "packed",
    [
        b"no gzip at all",
        gzip.compress(b"<a/>" * 100)[:-9],
        gzip.compress(b"<a/>" * 100)[:-8],
        gzip.compress(b"<a/>" * 100)[:-8] + b"\0" * 8,
    ],
    ids=["none", "cut", "no checksum", "another checksum"],
)
def test_what_does_not_unpack_whole_is_no_answer(
    server: Server, transport: Transport, packed: bytes
) -> None:
    """Half a page of usage must not be taken for a page."""
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(packed)).encode()
    server.behave = says(head + b"\r\n\r\n" + packed)

    with pytest.raises(NoAnswer):
        transport.post(b"<x/>", gzip=True)


def test_an_unknown_certificate_stops_before_the_first_byte(server: Server) -> None:
    """Nothing is sent to a server that cannot prove who it is."""
    transport = Transport(server.url, Tls(), seconds=2.0)

    with pytest.raises(CertificateNotTrusted, match="certificate is not trusted"):
        transport.post(b"<secret/>")
    transport.close()

    assert server.requests == []


def test_the_pinned_certificate_passes_and_another_does_not(server: Server) -> None:
    """A pin is the only trust a self-signed server can have; two serve a renewal."""
    server.behave = says(OK + b"Content-Length: 4\r\n\r\n<a/>")
    other, right = "sha256:" + "00" * 32, "sha256:" + server.fingerprint
    pinned = Transport(server.url, Tls(fingerprint=(other, right)), seconds=2.0)
    wrong = Transport(server.url, Tls(fingerprint=other), seconds=2.0)

    assert pinned.post(b"<x/>").body == b"<a/>"
    with pytest.raises(CertificateNotTrusted, match=f"sha256:{server.fingerprint}"):
        wrong.post(b"<secret/>")
    pinned.close()
    wrong.close()

    assert len(server.requests) == 1


def test_the_environment_has_no_say(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A proxy or a certificate bundle in the environment would undo the settings."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    server.behave = says(OK + b"Content-Length: 4\r\n\r\n<a/>")

    assert transport.post(b"<x/>").body == b"<a/>"


def test_cookies_are_not_kept(server: Server, transport: Transport) -> None:
    """With its cookie Zimbra would begin to ask for CSRF tokens."""
    server.behave = says(
        OK + b"Set-Cookie: ZM_ADMIN_AUTH_TOKEN=t; Path=/\r\n"
        b"Connection: close\r\nContent-Length: 4\r\n\r\n<a/>"
    )
    transport.post(b"<x/>")
    transport.post(b"<x/>")

    assert len(server.requests) == 2
    assert all(b"ZM_ADMIN_AUTH_TOKEN" not in request for request in server.requests)


def test_nobody_there_means_nothing_was_sent() -> None:
    """Only then may a write be repeated without looking first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = Transport(f"https://127.0.0.1:{port}/service/admin/soap", Tls(), seconds=1.0)

    with pytest.raises(NotSent, match="cannot be reached"):
        transport.post(b"<x/>")
    transport.close()


def test_a_ca_file_that_is_none_is_named() -> None:
    """The provider must learn which setting to mend."""
    with pytest.raises(Misconfigured, match="ca_file"):
        Transport("https://127.0.0.1:1/", Tls(ca_file="/nowhere.pem"), seconds=1.0)
