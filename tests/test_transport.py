"""The bounds of the transport, against a server that misbehaves over real TLS."""

from __future__ import annotations

import gzip
import hashlib
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from puq_zimbra.errors import CertificateNotTrusted, Misconfigured, NoAnswer, NoTls, NotSent
from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.transport import MAX_ANSWER, Transport
from puq_zimbra.zimbra_server import Tls

Behaviour = Callable[[ssl.SSLSocket], object]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


class Server:
    """A TLS server that reads one request per connection and then behaves as told."""

    def __init__(
        self, directory: Path, host: str = "127.0.0.1", *, known: bool = True, **made: Any
    ) -> None:
        authority, other = (trustme.CA(key_type=trustme.KeyType.ECDSA) for _ in range(2))
        certificate = authority.issue_cert(host, key_type=trustme.KeyType.ECDSA, **made)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.ca_file = directory / "ca.pem"
        (authority if known else other).cert_pem.write_to_path(str(self.ca_file))
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

    @classmethod
    def _read(cls, connection: ssl.SSLSocket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += cls._part(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += cls._part(connection)
        return head + b"\r\n\r\n" + body

    @staticmethod
    def _part(connection: ssl.SSLSocket) -> bytes:
        part = connection.recv(65536)
        if not part:  # else the thread would read on for ever, and slow down all later tests
            raise ConnectionError("the client has gone")
        return part

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
    client = Transport(server.url, Tls(ca_file=str(server.ca_file)))
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

    assert transport.post(b"<x/>", 1.0).body == b"<a/>"
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
        transport.post(b"<x/>", 1.0)
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
        transport.post(b"<x/>", 1.0)
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
        transport.post(b"<x/>", 1.0)


def test_a_redirect_is_not_followed(server: Server, transport: Transport) -> None:
    """A 307 would hand the administrator's token to another host."""
    head = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + server.url.encode()
    server.behave = says(head + b"\r\nContent-Length: 0\r\n\r\n")

    answer = transport.post(b"<x/>", 1.0)

    assert answer.status == 307
    assert len(server.requests) == 1
    with pytest.raises(NoAnswer, match="HTTP 307"):
        answers.read(answer, "GetDomain")


def test_a_huge_answer_is_cut_off(server: Server, transport: Transport) -> None:
    """Memory stays flat whatever the peer sends."""
    server.behave = says(OK + b"\r\n" + b"x" * (MAX_ANSWER + 100))

    with pytest.raises(NoAnswer, match="too large"):
        transport.post(b"<x/>", 1.0)


def test_compression_that_was_not_asked_for_is_refused(
    server: Server, transport: Transport
) -> None:
    """300 MB fit into 300 kB of gzip."""
    packed = gzip.compress(b"<a/>")
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(packed)).encode()
    server.behave = says(head + b"\r\n\r\n" + packed)

    with pytest.raises(NoAnswer, match="not asked for"):
        transport.post(b"<x/>", 1.0)
    assert transport.post(b"<x/>", 1.0, gzip=True).body == b"<a/>"


def test_a_gzip_bomb_is_cut_off(server: Server, transport: Transport) -> None:
    """The cap is on what it unpacks to."""
    packed = gzip.compress(b"x" * (MAX_ANSWER * 4))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(packed)).encode()
    server.behave = says(head + b"\r\n\r\n" + packed)

    with pytest.raises(NoAnswer, match="too large"):
        transport.post(b"<x/>", 1.0, gzip=True)


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
        transport.post(b"<x/>", 1.0, gzip=True)


def test_an_unknown_certificate_stops_before_the_first_byte(server: Server) -> None:
    """Nothing is sent to a server that cannot prove who it is."""
    transport = Transport(server.url, Tls())

    with pytest.raises(CertificateNotTrusted, match="certificate is not trusted"):
        transport.post(b"<secret/>", 2.0)
    transport.close()

    assert server.requests == []


def test_the_pinned_certificate_passes_and_another_does_not(server: Server) -> None:
    """A pin is the only trust a self-signed server can have; two serve a renewal."""
    server.behave = says(OK + b"Content-Length: 4\r\n\r\n<a/>")
    other, right = "sha256:" + "00" * 32, "sha256:" + server.fingerprint
    pinned = Transport(server.url, Tls(fingerprint=(other, right)))
    wrong = Transport(server.url, Tls(fingerprint=other))

    assert pinned.post(b"<x/>", 2.0).body == b"<a/>"
    with pytest.raises(CertificateNotTrusted, match=f"sha256:{server.fingerprint}"):
        wrong.post(b"<secret/>", 2.0)
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

    assert transport.post(b"<x/>", 1.0).body == b"<a/>"


def test_cookies_are_not_kept(server: Server, transport: Transport) -> None:
    """With its cookie Zimbra would begin to ask for CSRF tokens."""
    server.behave = says(
        OK + b"Set-Cookie: ZM_ADMIN_AUTH_TOKEN=t; Path=/\r\n"
        b"Connection: close\r\nContent-Length: 4\r\n\r\n<a/>"
    )
    transport.post(b"<x/>", 1.0)
    transport.post(b"<x/>", 1.0)

    assert len(server.requests) == 2
    assert all(b"ZM_ADMIN_AUTH_TOKEN" not in request for request in server.requests)


def test_nobody_there_means_nothing_was_sent() -> None:
    """Only then may a write be repeated without looking first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = Transport(f"https://127.0.0.1:{port}/service/admin/soap", Tls())

    with pytest.raises(NotSent, match="cannot be reached"):
        transport.post(b"<x/>", 1.0)
    transport.close()


Told = Callable[[socket.socket], object]


def _resets(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _after_hello(answer: bytes) -> Told:
    def told(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return told


def _with_a_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def _only_old_tls() -> Told:
    context = _with_a_certificate()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return lambda connection: context.wrap_socket(connection, server_side=True)


def _no_cipher_of_ours() -> Told:
    context = _with_a_certificate()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return lambda connection: context.wrap_socket(connection, server_side=True)


#: what takes the connection, and makes no TLS of it -> words of the sentence
NO_TLS: dict[str, tuple[Callable[[], Told], str]] = {
    "hangs up at once": (lambda: lambda connection: None, "hung up"),
    "hangs up after the hello": (lambda: _after_hello(b""), "hung up"),
    "reset": (lambda: _resets, "hung up"),
    "half a hello": (lambda: _after_hello(b"\x16\x03\x03\x00\x50\x02"), "hung up"),
    "http": (lambda: _after_hello(b"HTTP/1.1 400 Bad\r\n\r\n"), "does not speak TLS"),
    "ssh": (lambda: _after_hello(b"SSH-2.0-OpenSSH\r\n"), "does not speak TLS"),
    "smtp": (lambda: _after_hello(b"220 mail ESMTP\r\n"), "does not speak TLS"),
    "noise": (lambda: _after_hello(b"\x16\x03\x03\x00\x10" + b"\xff" * 16), "unexpected"),
    "alert": (lambda: _after_hello(b"\x15\x03\x03\x00\x02\x02\x28"), "handshake failure"),
    "unknown name": (lambda: _after_hello(b"\x15\x03\x03\x00\x02\x02\x70"), "unrecognized name"),
    "old version": (_only_old_tls, "only old versions of TLS"),
    "no common cipher": (_no_cipher_of_ours, "handshake failure"),
    "silence": (lambda: _wait, "in time"),
}


def _wait(connection: socket.socket) -> None:
    """Until the client has gone."""
    while connection.recv(65536):
        pass


@pytest.fixture
def taking(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that takes a connection and then behaves as told."""
    behave = NO_TLS[request.param][0]()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), connection:
                behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/service/admin/soap"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.mark.parametrize("pinned", [False, True], ids=["verified", "pinned"])
@pytest.mark.parametrize("taking", NO_TLS, indirect=True)
def test_a_handshake_that_fails_means_nothing_was_sent(
    request: pytest.FixtureRequest, taking: str, pinned: bool
) -> None:
    """It says that no TLS came about, and why; a write may be repeated."""
    words = NO_TLS[request.node.callspec.params["taking"]][1]
    tls = Tls(fingerprint="sha256:" + "00" * 32) if pinned else Tls()
    transport = Transport(taking, tls)

    with pytest.raises(NoTls, match=f"No TLS connection .*{words}"):
        transport.post(b"<secret/>", 0.5)
    transport.close()


def _certificate(host: str = "127.0.0.1", **made: Any) -> Callable[[Path], Server]:
    return lambda directory: Server(directory, host, **made)


NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_certificate(not_before=NOW - 9 * DAY, not_after=NOW - DAY), "has expired: renew it"),
        (_certificate(not_before=NOW + DAY, not_after=NOW + 9 * DAY), "not valid yet"),
        (_certificate("mail.other.example"), "is for another name"),
        (_certificate("192.0.2.7"), "is for another name"),
        (_certificate(known=False), "is not trusted: give its CA file"),
    ],
    ids=["expired", "not yet", "another name", "another address", "unknown authority"],
)
def test_each_fault_of_a_certificate_has_its_own_name(
    make: Callable[[Path], Server], words: str, tmp_path: Path
) -> None:
    """Each is mended elsewhere; none lets a byte through."""
    server = make(tmp_path)
    transport = Transport(server.url, Tls(ca_file=str(server.ca_file)))

    with pytest.raises(CertificateNotTrusted, match=words):
        transport.post(b"<secret/>", 2.0)
    transport.close()
    server.close()

    assert server.requests == []


def test_an_address_that_is_none_is_named() -> None:
    """A blank inside is a slip in the settings, and no bug of ours."""
    with pytest.raises(Misconfigured, match="address"):
        Transport("https://mail example/", Tls())


def test_a_ca_file_that_is_none_is_named() -> None:
    """The provider must learn which setting to mend."""
    with pytest.raises(Misconfigured, match="ca_file"):
        Transport("https://127.0.0.1:1/", Tls(ca_file="/nowhere.pem"))
