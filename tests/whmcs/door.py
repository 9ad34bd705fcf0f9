"""A loopback server that signs its answers as the engine does, or badly where a test wants it so.

Written from Standard Webhooks 1.0 alone: the PHP side is held to its words, not to our code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY = secrets.token_bytes(32)
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def signature(id_: str, when: int, body: bytes, key: bytes = KEY) -> str:
    """One signature, version 1."""
    digest = hmac.new(key, f"{id_}.{when}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The request's id."""
        return self.headers["webhook-id"]

    @property
    def params(self) -> Any:
        """The JSON value."""
        return json.loads(self.body)

    @property
    def signed(self) -> bool:
        """Whether it bears our signature of the present time."""
        when = int(self.headers["webhook-timestamp"])
        right = signature(self.id, when, self.body)
        return abs(time.time() - when) < 300 and self.headers["webhook-signature"] == right


@dataclass(frozen=True)
class Response:
    """What goes out."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: bytes of the body that are really sent; None = all
    sent: int | None = None


def signed(
    request: Request, value: Any = "success", *, status: int = 200, **changes: Any
) -> Response:
    """The answer as the engine gives it; ``changes`` are laid over what is signed."""
    body = json.dumps(value).encode()
    id_ = changes.get("id_", request.id)
    when = changes.get("when", int(time.time()))
    given = signature(id_, when, body, changes.get("key", KEY))
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(when),
        "webhook-signature": given,
    }
    return replace(Response(status, headers, body), **changes.get("then", {}))


Answer = Callable[[Request], Response]


@dataclass
class Door:
    """A server that is running."""

    #: as the setting `engine` names it
    engine: str
    seen: list[Request] = field(default_factory=list)
    #: whoever asked did not want the whole answer
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def access_hash(self) -> str:
        """Lines of the Access Hash."""
        return f"secret={SECRET}\nengine={self.engine}\n"


@contextmanager
def opened(answer: Answer = signed, *, tls: Any = None, unix: Path | None = None) -> Iterator[Door]:
    """Serve on loopback, over TLS, or on a unix socket."""
    door = Door("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            names = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, names, self.rfile.read(length))
            door.seen.append(request)
            response = answer(request)
            try:
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body[: response.sent])
            except OSError:
                self.close_connection = True
                door.hung_up.set()
            self.close_connection = self.close_connection or response.sent is not None

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_UNIX if unix else socket.AF_INET

        def server_bind(self) -> None:
            self.socket.bind(self.server_address)
            self.server_name, self.server_port = "127.0.0.1", 0

        def handle_error(self, *_: object) -> None:
            """A client that refuses our certificate, or our answer, is what some tests want."""

    server = Server(str(unix) if unix else ("127.0.0.1", 0), Handler)  # type: ignore[arg-type]
    if not unix:
        port = server.socket.getsockname()[1]
        door.engine = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    else:
        door.engine = f"unix:{unix}"
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.cert_file, tls.key_file)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
