"""From a signed request to the body of its answer: once for each request id.

    the id was met before, with                 it is answered with
    another event or body                       refused
    the same, signed no later (a replay)        what was answered, whatever it was
    the same, signed later (a retry)            what was answered, or joins what is unfinished
    the same, for a single sign-on              a new link: links are never kept
    the same, for the customer's page           a new page: his form's token is never kept

Source: the Standard Webhooks specification 1.0.0 ("Idempotency"); RFC 9110 (statuses).
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from puq_zimbra.commands.given import parse_json
from puq_zimbra.errors import PuqZimbraError, Refused
from puq_zimbra.hooks import dispatch
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.server.signatures import Signed
from puq_zimbra.store.answers import Answered

log = logging.getLogger("puq_zimbra")

#: hooks whose answers hold a secret: a log-in, or the token of the customer's session in his form
_NOT_KEPT = {"sso_service", "sso_admin", "client_area"}
#: codes after which the sender's retry may find something else
_NOT_FINAL = {"pending", "busy", "unavailable"}


@dataclass(frozen=True)
class Given:
    """An answer on its way out."""

    status: int
    body: bytes
    #: a code of the reply, or "repeated" for what was answered before
    code: str


class Door:
    """Requests whose signature is right, each carried out once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def answer(self, host: str, event: str, asked: Signed, params: Any) -> Given:
        """Carry out a request with the JSON in its body, or find what it was answered before.

        Requests of the same id come one after the other; whoever calls sees to that.
        """
        try:
            answers = self._runtime.store().answers
            digest = answers.digest(f"{host}/{event}", asked.body)
            before = answers.get(asked.id)
            if before is not None and before.digest != digest:
                raise Refused("This request id was used for another call.")
        except PuqZimbraError as error:
            return _given(dispatch.refuse(host, event, error, self._runtime))
        repeated = before is not None and (before.final or asked.timestamp <= before.timestamp)
        if before is not None and before.body is not None and repeated:
            return Given(before.status, before.body, "repeated")
        answer = dispatch.dispatch(host, event, params, self._runtime, request_id=asked.id)
        given = _given(answer)
        kept = dispatch.host_of(host).EVENTS[event] not in _NOT_KEPT
        final, body = answer.code not in _NOT_FINAL, given.body if kept else None
        now = Answered(digest, asked.timestamp, given.status, final, body)
        try:
            answers.keep(asked.id, now, again=before is not None)
        except PuqZimbraError as error:  # the work is done: the host must hear of it
            log.error("answer not kept", extra={"fields": {"code": error.code}})
        return given


def params_of(body: bytes) -> Any:
    """The JSON in a request's body; None, which every host refuses, if it is none."""
    try:
        return parse_json(body) if body.strip() else {}
    except ValueError:
        return None


def as_json(value: Any) -> bytes:
    """A JSON value as it is sent."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")  # half a surrogate pair can be asked, not answered


def _given(answer: dispatch.Answer) -> Given:
    return Given(answer.http_status, as_json(answer.value), answer.code)
