"""A loopback server, in a process of its own, that replays Zimbra's answers prepared beforehand.

An answer is rendered and compressed when it is first asked for, which the unmeasured first round of
every benchmark does; after that the server only finds it and sends it, so that what is measured is
the client. It can make every request wait, as a network does, and refuse as Zimbra's DoS filter
does. What came is counted per server.

By hand: python benchmarks/zimbra_replay.py --mailboxes 100000 --domains 500

Source: Jetty's connector (TCP_NODELAY), GzipHandler (from 2,048 bytes, level 6) and DoSFilter (a
ring of the last requests of a connection); Zimbra's chunks of 32 kB;
`zimbraHttpDosFilterMaxRequestsPerSec` is 30.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import signal
import socketserver
import ssl
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from gzip import compress
from multiprocessing.connection import Connection
from pathlib import Path

import zimbra_answers
from mailboxes import Mailboxes

from puq_zimbra.simulator import make_tls
from puq_zimbra.simulator.tls import TlsFiles

#: requests a second and connection that Zimbra's filter lets through
DOS_LIMIT = 30
_CHUNK = 32_768
_GZIP_FROM = 2_048


@dataclass
class Seen:
    """What came to one server."""

    requests: Counter[str] = field(default_factory=Counter)
    rejections: int = 0
    #: requests at the same time
    most_in_flight: int = 0
    most_in_a_second: int = 0
    #: HTTP, without what TLS adds
    bytes_received: int = 0
    bytes_sent: int = 0
    #: times that a genuine server would have computed its whole list
    computed: int = 0

    @property
    def bytes(self) -> int:
        """Both ways."""
        return self.bytes_received + self.bytes_sent


@dataclass(frozen=True)
class Conditions:
    """What stands between the client and the servers."""

    #: seconds of a round trip: each request waits for one, a new connection for two (TCP, TLS)
    latency: float = 0.0
    #: compress when the client asks for it
    gzip: bool = True
    #: Zimbra's DoS filter
    filtered: bool = False


@dataclass(frozen=True)
class Replay:
    """Servers at work."""

    urls: tuple[str, ...]
    ca_file: Path
    _asks: Connection

    def seen(self) -> list[Seen]:
        """What came to each server since this was last asked."""
        self._asks.send("seen")
        answer: list[Seen] = self._asks.recv()
        return answer


@contextlib.contextmanager
def replay(servers: Sequence[Mailboxes], conditions: Conditions | None = None) -> Iterator[Replay]:
    """Serve each set of mailboxes on a port of its own, from another process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as directory:
        tls = make_tls("mail.bench.example", directory)
        arguments = (servers, conditions or Conditions(), tls, theirs)
        process = context.Process(target=_serve, args=arguments, daemon=True)
        process.start()
        theirs.close()  # or its end would go unnoticed
        try:
            yield Replay(tuple(ours.recv()), tls.ca_file, ours)
        finally:
            process.terminate()
            process.join()
            process.close()
            ours.close()


def _serve(
    servers: Sequence[Mailboxes], conditions: Conditions, tls: TlsFiles, asks: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(tls.cert_file, tls.key_file)
    made = [_Server(data, conditions, settings) for data in servers]
    for server in made:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    asks.send([server.url for server in made])
    with contextlib.suppress(EOFError):  # nobody listens any more
        while asks.recv():
            asks.send([server.take() for server in made])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, data: Mailboxes, conditions: Conditions, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.data, self.conditions, self.tls = data, conditions, tls
        self.url = f"https://127.0.0.1:{self.server_address[1]}/service/admin/soap"
        self._prepared: dict[tuple[object, ...], bytes] = {}
        self._lock = threading.Lock()
        self._reset()

    def _reset(self) -> None:
        self._seen, self._times, self._in_flight = Seen(), deque[float](), 0

    def take(self) -> Seen:
        """What came, counted anew from now on."""
        with self._lock:
            seen = self._seen
            self._reset()
        return seen

    def begin(self, size: int) -> None:
        """Note that a request has come."""
        now = time.monotonic()
        with self._lock:
            seen = self._seen
            seen.bytes_received += size
            self._in_flight += 1
            seen.most_in_flight = max(seen.most_in_flight, self._in_flight)
            self._times.append(now)
            while self._times[0] <= now - 1:
                self._times.popleft()
            seen.most_in_a_second = max(seen.most_in_a_second, len(self._times))

    def end(self, size: int, rejected: bool) -> None:
        """Note that a request is about to be answered."""
        with self._lock:
            self._in_flight -= 1
            self._seen.bytes_sent += size
            self._seen.rejections += rejected

    def answer(self, body: bytes, gzip: bool) -> bytes:
        """The whole HTTP answer to a request, rendered if this is the first of its kind."""
        asked = zimbra_answers.read(body)
        with self._lock:
            self._seen.requests[asked.name] += 1
            held = asked.session and asked.arguments.get("offset", "0") != "0"
            if asked.command in ("GetQuotaUsage", "SearchDirectory") and not held:
                self._seen.computed += 1
        given = tuple(sorted(asked.arguments.items()))
        gzip = gzip and self.conditions.gzip
        key = (asked.command, given, asked.form, asked.session is None, gzip)
        if key not in self._prepared:
            try:
                content, status = zimbra_answers.write(asked, self.data), b"200 OK"
            except KeyError:
                content, status = zimbra_answers.refusal("service.UNKNOWN_DOCUMENT"), b"500 Error"
            self._prepared[key] = _http(status, content, asked.form == "js", gzip)
        return self._prepared[key]


class _Connection(socketserver.StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.request = self.server.tls.wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        super().setup()

    def handle(self) -> None:
        """Answer requests until the client hangs up."""
        ring: deque[float] = deque(maxlen=DOS_LIMIT)
        time.sleep(2 * self.server.conditions.latency)
        with contextlib.suppress(OSError):
            self.request.do_handshake()
            while request := self._read():
                head, body = request
                self.server.begin(len(head) + len(body))
                rejected = self.server.conditions.filtered and _too_many(ring)
                time.sleep(self.server.conditions.latency)
                if rejected:
                    answer = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"
                else:
                    answer = self.server.answer(body, b"gzip" in _header(head, b"accept-encoding"))
                self.server.end(len(answer), rejected)
                self.wfile.write(answer)
                if _header(head, b"connection").lower() == b"close":
                    return

    def _read(self) -> tuple[bytes, bytes] | None:
        lines = []
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            lines.append(line)
        head = b"".join(lines)
        return (head, self.rfile.read(int(_header(head, b"content-length")))) if head else None


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""


def _too_many(ring: deque[float]) -> bool:
    now = time.monotonic()
    full = len(ring) == ring.maxlen and now - ring[0] < 1
    ring.append(now)
    return full


def _http(status: bytes, content: bytes, script: bool, gzip: bool) -> bytes:
    kind = b"text/javascript" if script else b"text/xml"
    head = [b"HTTP/1.1 " + status, b"Content-Type: " + kind + b";charset=utf-8"]
    if gzip and len(content) >= _GZIP_FROM:
        content = compress(content, 6, mtime=0)
        head += [b"Content-Encoding: gzip", b"Vary: Accept-Encoding"]
    if len(content) <= _CHUNK:
        head.append(b"Content-Length: %d" % len(content))
        return b"\r\n".join((*head, b"", content))
    head.append(b"Transfer-Encoding: chunked")
    parts = [b"\r\n".join((*head, b"", b""))]
    for start in range(0, len(content), _CHUNK):
        part = content[start : start + _CHUNK]
        parts += [b"%x\r\n" % len(part), part, b"\r\n"]
    return b"".join((*parts, b"0\r\n\r\n"))


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mailboxes", type=int, default=100_000)
    parser.add_argument("--domains", type=int, default=500)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    parser.add_argument("--filter", action="store_true", help="refuse as Zimbra's DoS filter does")
    options = parser.parse_args()
    data = Mailboxes(options.mailboxes, options.domains)
    conditions = Conditions(options.latency, filtered=options.filter)
    with replay([data], conditions) as running:
        print(f"ready admin={running.urls[0]} ca_file={running.ca_file}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
        print(running.seen()[0])


if __name__ == "__main__":
    main()
