"""A real `puq-zimbra serve`, and a caller that signs as the Standard Webhooks' own library does."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from tests.processes import COMMAND


@dataclass(frozen=True)
class Heard:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """The JSON value."""
        return json.loads(self.body)


def new_id() -> str:
    """A request id that nobody used."""
    return "msg_" + secrets.token_hex(16)


def signed(
    secret: str, body: bytes, identity: str | None = None, timestamp: float | None = None
) -> dict[str, str]:
    """The headers of a request, signed by a library that others wrote."""
    identity = identity or new_id()
    at = int(time.time() if timestamp is None else timestamp)
    signature = Webhook(secret).sign(identity, datetime.fromtimestamp(at, UTC), body.decode())
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(at),
        "webhook-signature": signature,
        "content-type": "application/json",
    }


def verified(secret: str, heard: Heard) -> bool:
    """Whether an answer is signed with the secret."""
    Webhook(secret).verify(heard.body, heard.headers)
    return True


@dataclass(frozen=True)
class Caller:
    """Somebody who knows where the service is, and the secret."""

    #: what the service said: http://HOST:PORT, https://HOST:PORT or unix:PATH
    address: str
    secret: str
    ca_file: Path | None = None

    def connection(self) -> http.client.HTTPConnection:
        """A new connection."""
        scheme, _, rest = self.address.partition(":")
        if scheme == "unix":
            made = http.client.HTTPConnection("localhost", timeout=60)
            made.sock = socket.socket(socket.AF_UNIX)
            made.sock.connect(rest)
            return made
        place = rest.removeprefix("//")
        if scheme == "https":
            context = ssl.create_default_context(cafile=self.ca_file)
            return http.client.HTTPSConnection(place, timeout=60, context=context)
        return http.client.HTTPConnection(place, timeout=60)

    def send(
        self, path: str, body: bytes | None, headers: dict[str, str], method: str = "POST"
    ) -> Heard:
        """Send a request as it is."""
        connection = self.connection()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Heard(answer.status, names, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Heard:
        """Get what needs no signature."""
        return self.send(path, None, {}, "GET")

    def call(
        self,
        event: str,
        params: object,
        host: str = "plain",
        identity: str | None = None,
        timestamp: float | None = None,
    ) -> Heard:
        """Call a hook, and see that the answer is signed and for this request."""
        body = json.dumps(params).encode()
        headers = signed(self.secret, body, identity, timestamp)
        heard = self.send(f"/v1/hook/{host}/{event}", body, headers)
        assert verified(self.secret, heard)
        assert heard.headers["webhook-id"] == headers["webhook-id"]
        return heard


class Service:
    """The process; a context manager that stops it."""

    def __init__(self, settings: Path | str, *options: str) -> None:
        # A file: a pipe that nobody reads would stop the service once it is full.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [str(COMMAND), "--config", str(settings), "serve", *options],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        if not line.startswith("ready "):
            raise AssertionError(self.ended()[1])
        self.address = line.removeprefix("ready ").strip()

    def said(self) -> str:
        """What it wrote to its log so far."""
        return Path(f"/proc/self/fd/{self._log.fileno()}").read_text()

    def ended(self) -> tuple[int, str]:
        """Wait for its end: the exit status, and what it wrote to its log."""
        self.process.communicate(timeout=60)
        self._log.seek(0)
        log = self._log.read().decode()
        self._log.close()
        return self.process.returncode, log

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        """End it; return its log."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.ended()[1]

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.stop()


def a_secret() -> str:
    """A secret as the specification wants it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def listen(settings: Path, text: str) -> Path:
    """The settings with another address, and what else is in [http]."""
    settings.write_text(settings.read_text().replace('listen = "127.0.0.1:0"', text))
    return settings
