"""Check of `puq-zimbra doctor`: the HTTP service, called as a billing host calls it.

The request holds no secret and the answer is signed, so the service's certificate, which may be for
another name, is not verified.

Source: `puq_zimbra.http`; Python `http.client`.
"""

from __future__ import annotations

import json
import secrets
import shlex
import socket
import ssl
import time
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path

from puq_zimbra.cli.doctor.command_line import TRICKY, form_text
from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import Machine
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured
from puq_zimbra.http import listening, secret_file, signatures

#: seconds in which a hook that sends no request must answer
_PATIENCE = 10.0
_LOGS = "journalctl -u puq-zimbra --since -1h"
_START = "systemctl start puq-zimbra"
#: addresses that stand for every address, and the one to connect to
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


def check(machine: Machine) -> Findings:
    """Check that `puq-zimbra serve` gives its input back, signed both ways."""
    config = machine.config
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
        if path.exists():  # it may be stopped, or listen on another address (--listen)
            yield from _secrets(path)
        return
    try:
        keys = secret_file.keys_of(secret_file.read(path))
        yield _round_trip(connection, next(iter(keys.values())))
        yield from _for_all(keys)
    except Misconfigured as error:
        yield _unusable(path, error)
    except (OSError, HTTPException) as error:
        words = f"The HTTP service broke off its answer ({type(error).__name__})."
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
        words = "The HTTP service is not in use: there is no [http] in the settings."
        return Finding("door", "ok", words)
    words = f"`puq-zimbra serve` is not running on {config.http.listen}: {reason}."
    return Finding("door", "warning", words, (_START, "systemctl status puq-zimbra"))


def _secrets(path: Path) -> Findings:
    """Check the secrets themselves."""
    try:
        yield from _for_all(secret_file.keys_of(secret_file.read(path)))
    except Misconfigured as error:
        yield _unusable(path, error)


def _unusable(path: Path, error: Misconfigured) -> Finding:
    made = "puq-zimbra secret --installation NAME"
    return Finding("door", "error", str(error), (f"ls -l {shlex.quote(str(path))}", made))


def _for_all(keys: secret_file.KeysOf) -> Findings:
    """Warn of a secret that is valid for every installation."""
    if None in keys:
        yield Finding(
            "secrets",
            "warning",
            "One secret is valid for every installation: each billing platform that knows it can"
            " end and enter the services of all others. Give each its own, then revoke that one.",
            ("puq-zimbra secret --installation NAME", "puq-zimbra secret --revoke"),
        )


def _round_trip(connection: HTTPConnection, keys: Sequence[bytes]) -> Finding:
    identity, now = f"doctor_{secrets.token_hex(16)}", int(time.time())
    body = json.dumps({"event": "describe", "form": {"text": TRICKY}}).encode()
    headers = {"Content-Type": "application/json"}
    headers |= signatures.headers(keys, identity, now, body)
    connection.request("POST", "/v1/hook/plain/describe", body, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status == HTTPStatus.UNAUTHORIZED:
        words = "The HTTP service does not accept a signature made with the present secret."
        return Finding("door", "error", words, (_LOGS, "systemctl restart puq-zimbra"))
    if response.status != HTTPStatus.OK:
        words = f"The HTTP service answers with the status {response.status}."
        return Finding("door", "error", words, (_LOGS,))
    if not _is_signed(response, keys, identity, answer):
        words = "What listens on the address of the HTTP service does not sign its answer."
        return Finding("door", "error", words, ("ss -ltnxp", _START))
    if form_text(answer) != TRICKY:
        words = "The HTTP service does not give back its input."
        return Finding("door", "error", words, ("systemctl restart puq-zimbra",))
    return Finding("door", "ok", "The HTTP service gives every character back, signed.")


def _is_signed(response: HTTPResponse, keys: Sequence[bytes], identity: str, answer: bytes) -> bool:
    def all_of(name: str) -> list[str]:
        return response.headers.get_all(name) or []

    try:
        ids, times = all_of(signatures.ID), all_of(signatures.TIME)
        found, at = signatures.check_time(ids, times, time.time())
        signatures.check({None: keys}, found, at, answer, all_of(signatures.SIGNATURE))
    except signatures.NotSigned:
        return False
    return found == identity
