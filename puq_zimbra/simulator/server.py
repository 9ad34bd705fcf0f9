"""HTTPS on 127.0.0.1: two ports, HTTP/1.1 with kept-alive connections, one thread each."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from puq_zimbra.simulator import breaking
from puq_zimbra.simulator.chaos import Plan
from puq_zimbra.simulator.front import Front, HttpAnswer, HttpRequest
from puq_zimbra.simulator.running import Running
from puq_zimbra.simulator.tls import TlsFiles

_CHUNK = 65_536
#: Seconds to wait for the first byte of a connection that is to be reset.
_PATIENCE = 1.0


class Server(ThreadingHTTPServer):
    """One port of a mailbox server."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, front: Front, kind: str, server: str, dos_limit: int) -> None:
        super().__init__((breaking.LOOPBACK, port), _Handler)
        self.front = front
        self.settings: ssl.SSLContext
        self.listens = True
        #: Connections on which no request is being answered.
        self.idle: set[socket.socket] = set()
        #: Connections that are left without a word.
        self.stalled: set[socket.socket] = set()
        self.kind = kind
        self.server_name_shown = server
        self.dos_limit = dos_limit
        self.admin_url = self.user_url = ""

    def listen(self, settings: ssl.SSLContext) -> None:
        """Speak TLS from now on, in a thread of its own."""
        self.settings = settings
        self.front.chaos.on_refusal.append(self.hang_up)
        self._run()

    def _run(self) -> None:
        self.socket = self.settings.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening, and end the connections that are idle."""
        self.listens = False
        self.shutdown()
        self.server_close()
        self.hang_up()

    def start(self) -> None:
        """Listen again on the same port."""
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()
        self.listens = True
        self._run()

    def show(self, tls: TlsFiles) -> None:
        """Prove with this certificate who we are, in every connection from now on."""
        self.settings.load_cert_chain(tls.cert_file, tls.key_file)
        self.hang_up()

    def hang_up(self) -> None:
        """End the connections that are idle."""
        for each in list(self.idle):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Reset a connection that is to be refused, before it has said a byte of TLS."""
        plan = self.front.chaos.connection()
        if plan == "stall":
            self.stalled.add(request)
        if plan != "refuse":
            return True
        # Python's own client leaks its socket when the reset comes before it begins to speak.
        select.select([request], [], [], _PATIENCE)
        breaking.reset(request)
        return False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent when a client hangs up or does not trust us."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "simulated"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.recent: list[float] = []
        self.server.idle.add(self.connection)

    def handle(self) -> None:
        if self.connection in self.server.stalled:
            self.server.stalled.discard(self.connection)
            breaking.wait_for_the_end(self.connection, socket.socket.recv)
            return
        super().handle()

    def finish(self) -> None:
        self.server.idle.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the simulator's own log has it all."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The simulated machine's time: its clock may be set wrong."""
        return super().date_time_string(self.server.front.state.clock())

    def do_GET(self) -> None:
        self.server.idle.discard(self.connection)
        self._serve()
        if not self.server.listens:
            self.close_connection = True

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _serve(self) -> None:
        body = self._body()
        with self.server.front.traffic.request() as now:
            answer = self._answer(body, now)
        self._send(answer)

    def _answer(self, body: bytes, now: float) -> HttpAnswer:
        front = self.server.front
        if self._too_fast(now):
            front.traffic.refused += 1
            headers = [("DoSFilter", "unavailable")]
            return HttpAnswer(429, "text/html", b"Too Many Requests", headers)
        wait = front.delay(body)
        if wait:
            time.sleep(wait)
        request = HttpRequest(
            self.command,
            self.path,
            {key.title(): value for key, value in self.headers.items()},
            body,
            self.server.kind,
            self.server.server_address[1],
            self.server.admin_url,
            self.server.user_url,
            self.server.server_name_shown,
        )
        return front.answer(request)

    def _too_fast(self, now: float) -> bool:
        """Count requests per connection and second (`DoSFilter`)."""
        limit = self.server.dos_limit
        if not limit:
            return False
        self.recent = [each for each in self.recent if now - each < 1.0] + [now]
        return len(self.recent) > limit

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, answer: HttpAnswer) -> None:
        # Who has read the answer may count on the connection being known as idle.
        self.server.idle.add(self.connection)
        plan = answer.plan
        if plan is None:
            self._head(answer)
            self.wfile.write(answer.body)
        elif plan.kind == "silence":
            self.close_connection = True
            breaking.wait_for_the_end(self.connection, ssl.SSLSocket.recv)
        elif plan.kind == "drip":
            self._drip(answer, plan)
        else:
            self._drop(answer, plan)

    def _head(self, answer: HttpAnswer, *, length: bool = True) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        if length:
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()

    def _drip(self, answer: HttpAnswer, plan: Plan) -> None:
        fast = self.wfile
        slow: Any = breaking.Slow(fast, plan.seconds)
        self.wfile = slow if plan.how == "head" else fast
        self._head(answer)
        slow.write(answer.body)
        self.wfile = fast

    def _drop(self, answer: HttpAnswer, plan: Plan) -> None:
        if plan.when == "middle":
            self._head(answer, length=plan.how != "unsaid")
            self.wfile.write(answer.body[: len(answer.body) // 2])
        if plan.how == "reset":
            self.rfile.close()  # it holds the socket, too
            breaking.reset(self.connection)
            self.close_connection = True
            return
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serve(
    fronts: dict[str, Front],
    tls: TlsFiles,
    admin_port: int,
    user_port: int,
    dos_limit: int = 0,
) -> Iterator[Running]:
    """Serve each mailbox server on its own pair of ports; the first one on those given."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(tls.cert_file, tls.key_file)
    servers: list[Server] = []
    admin_urls: dict[str, str] = {}
    try:
        for index, (name, front) in enumerate(fronts.items()):
            ports = (admin_port, user_port) if index == 0 else (0, 0)
            pair = [
                Server(port, front, kind, name, dos_limit)
                for kind, port in zip(("admin", "user"), ports, strict=True)
            ]
            servers += pair
            admin_url = (
                f"https://{breaking.LOOPBACK}:{pair[0].server_address[1]}/service/admin/soap"
            )
            user_url = f"https://{breaking.LOOPBACK}:{pair[1].server_address[1]}/service/soap"
            admin_urls[name] = admin_url
            for each in pair:
                each.admin_url, each.user_url = admin_url, user_url
                each.listen(settings)
        first = servers[0]
        urls = first.admin_url, first.user_url
        yield Running(*urls, tls.ca_file, tls.fingerprint, admin_urls, tuple(servers), tls)
    finally:
        for each in servers:
            each.front.chaos.on_refusal.remove(each.hang_up)
            each.shutdown()
            each.server_close()
