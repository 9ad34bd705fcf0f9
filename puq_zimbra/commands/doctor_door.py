"""`puq-zimbra doctor`: the hook door over HTTP, called as a billing host calls it.

What is sent holds no secret and the answer is signed, so the door's own certificate, which may be
one for another name, is not looked at.

Source: `puq_zimbra.server`; Python `http.client`.
"""

from __future__ import annotations

import json
import secrets
import shlex
import socket
import ssl
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

from puq_zimbra.commands.doctor_bridge import TRICKY, form_text
from puq_zimbra.commands.doctor_findings import Finding, Findings
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured
from puq_zimbra.server import listening, secret_file, signatures

#: seconds in which a hook that asks nobody must have answered
_PATIENCE = 10.0
_LOGS = "journalctl -u puq-zimbra --since -1h"
_START = "systemctl start puq-zimbra"
#: where one listens who listens everywhere, and how he is reached
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class _UnixConnection(HTTPConnection):
    """A connection to a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(self._path)


def http_door(config: Config) -> Findings:
    """Whether `puq-zimbra serve` gives back what it is given, signed both ways."""
    wanted = "http" in config.model_fields_set
    path = secret_file.path_of(config)
    try:
        connection = _connection(config)
    except Misconfigured as error:
        yield Finding("door", "error", str(error), ("correct [http] in the settings",))
        return
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        yield _not_running(config, wanted=wanted, reason=error.strerror or type(error).__name__)
        return
    try:
        keys = [secret_file.key_of(one) for one in secret_file.read(path)]
        yield _round_trip(connection, keys)
    except Misconfigured as error:
        commands = (f"ls -l {shlex.quote(str(path))}", "puq-zimbra secret")
        yield Finding("door", "error", str(error), commands)
    except (OSError, HTTPException) as error:
        words = f"The hook door over HTTP broke off its answer ({type(error).__name__})."
        yield Finding("door", "error", words, (_LOGS,))
    finally:
        connection.close()


def _connection(config: Config) -> HTTPConnection:
    where = listening.address(config.http)
    if where.path:
        return _UnixConnection(where.path)
    host = _EVERYWHERE.get(where.host, where.host)
    if config.http.certificate is None:
        return HTTPConnection(host, where.port, timeout=_PATIENCE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, where.port, timeout=_PATIENCE, context=context)


def _not_running(config: Config, *, wanted: bool, reason: str) -> Finding:
    if not wanted:
        words = "No [http] is in the settings and `puq-zimbra serve` is not running: none is used."
        return Finding("door", "ok", words)
    words = f"`puq-zimbra serve` is not running on {config.http.listen}: {reason}."
    return Finding("door", "warning", words, (_START, "systemctl status puq-zimbra"))


def _round_trip(connection: HTTPConnection, keys: list[bytes]) -> Finding:
    identity, now = f"doctor_{secrets.token_hex(16)}", int(time.time())
    body = json.dumps({"event": "describe", "form": {"text": TRICKY}}).encode()
    headers = {"Content-Type": "application/json"}
    headers |= signatures.headers(keys, identity, now, body)
    connection.request("POST", "/v1/hook/plain/describe", body, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status == 401:
        words = "The hook door over HTTP does not accept a signature made with the present secret."
        return Finding("door", "error", words, (_LOGS, "systemctl restart puq-zimbra"))
    if response.status != 200:
        words = f"The hook door over HTTP answers with the status {response.status}."
        return Finding("door", "error", words, (_LOGS,))
    if not _is_signed(response, keys, identity, answer):
        words = "What listens where the hook door should be does not sign its answer."
        return Finding("door", "error", words, ("ss -ltnxp", _START))
    if form_text(answer) != TRICKY:
        words = "The hook door over HTTP does not give back what it was given."
        return Finding("door", "error", words, ("systemctl restart puq-zimbra",))
    return Finding("door", "ok", "The hook door over HTTP gives every character back, signed.")


def _is_signed(response: HTTPResponse, keys: list[bytes], identity: str, answer: bytes) -> bool:
    def all_of(name: str) -> list[str]:
        return response.headers.get_all(name) or []

    try:
        ids, times = all_of(signatures.ID), all_of(signatures.TIME)
        found, at = signatures.check_time(ids, times, time.time())
        signatures.check(keys, found, at, answer, all_of(signatures.SIGNATURE))
    except signatures.NotSigned:
        return False
    return found == identity
