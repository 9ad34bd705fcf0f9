"""What goes back over HTTP: a hook's answer, or why a request did not reach one.

Source: RFC 9110 (statuses, Retry-After, WWW-Authenticate).
"""

from __future__ import annotations

import time
from typing import Any

from fastapi import Response

from puq_zimbra.http import signatures
from puq_zimbra.http.replay_guard import Response as Answered
from puq_zimbra.http.replay_guard import as_json
from puq_zimbra.http.signatures import Signed
from puq_zimbra.registry.host import Host
from puq_zimbra.reply import Reply

JSON = "application/json"
# The rest of an unread body must not be taken for the next request.
_CLOSE = {"Connection": "close"}
_HEADERS = {408: _CLOSE, 413: _CLOSE, 503: {**_CLOSE, "Retry-After": "2"}}
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Rejected(Exception):
    """A request that does not reach a hook."""

    def __init__(self, status: int, code: str, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        #: why, for our log
        self.reason = reason


def body_of(host: Host, away: Rejected) -> Any:
    """A rejection as JSON; in the host's own words where it knows no signatures."""
    retryable = away.code == "unavailable"
    if host.bearer:
        reply = Reply(away.code, away.message, retryable=retryable)
        return host.answer("", reply, away.message, str(away.status))
    return {"ok": False, "code": away.code, "message": away.message, "retryable": retryable}


def answered(asked: Signed, given: Answered) -> Response:
    """A hook's answer, signed if its request was."""
    # With the keys that verified the request: the file may be gone by now.
    headers = signatures.headers(asked.keys, asked.id, int(time.time()), given.body)
    return Response(given.body, given.status, headers if asked.keys else None, JSON)


def rejected(host: Host, away: Rejected) -> Response:
    """A rejection; nobody is known to whom it could be signed."""
    headers = {
        **_HEADERS.get(away.status, {}),
        **(_CHALLENGE if away.reason and host.bearer else {}),
    }
    return Response(as_json(body_of(host, away)), away.status, headers, JSON)
