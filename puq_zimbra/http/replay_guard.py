"""Replay protection: a signed request is carried out once for each request id.

    the id was used before, for                 the answer
    another event or body                       refused
    the same, signed no later (a replay)        the stored one
    the same, signed later (a retry)            the stored one if it is final, else a new run
    the same, answer not stored                 a new run: links and pages with a token are not
                                                stored (`Hook.keeps_answer`)

Source: the Standard Webhooks specification 1.0.0 ("Idempotency"); RFC 9110 (statuses).
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from puq_zimbra.engine import dispatch
from puq_zimbra.engine.answers import HostEvent
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError, Refused
from puq_zimbra.http.signatures import Signed
from puq_zimbra.input_files import parse_json
from puq_zimbra.store.operations.answers import Answered

log = logging.getLogger("puq_zimbra")

#: codes after which a retry may be answered otherwise
_NOT_FINAL = {"pending", "busy", "unavailable"}


@dataclass(frozen=True)
class Response:
    """A response without its headers."""

    status: int
    body: bytes
    #: a code of the reply, or "repeated" for a stored answer
    code: str


class ReplayGuard:
    """Carries out each signed request once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def answer(self, host: str, event: str, asked: Signed, params: Any) -> Response:
        """Carry out a request with the JSON in its body, or return its stored answer.

        The caller must not send two requests of the same id at a time.
        """
        try:
            answers = self._runtime.store().answers
            digest = answers.digest(f"{host}/{event}", asked.body)
            before = answers.get(asked.known_by)
            if before is not None and before.digest != digest:
                raise Refused("This request id was used for another call.")
        except PuqZimbraError as error:
            return _response(dispatch.refuse(host, event, error, self._runtime, asked.id))
        repeated = before is not None and (before.final or asked.timestamp <= before.timestamp)
        if before is not None and before.body is not None and repeated:
            fields = {"hook": f"{host} {event}", "request_id": asked.id}
            log.info("answer repeated", extra={"fields": fields})
            return Response(before.status, before.body, "repeated")
        answer = self._carry_out(host, event, asked, params)
        response = _response(answer)
        keeps_answer = HostEvent.of(host, event).hook.keeps_answer
        final, body = answer.code not in _NOT_FINAL, response.body if keeps_answer else None
        now = Answered(digest, asked.timestamp, response.status, final, body)
        try:
            answers.keep(asked.known_by, now, again=before is not None)
        except PuqZimbraError as error:  # the work is done, so the host is told
            fields = {"code": error.code, "request_id": asked.id}
            log.error("answer not kept", extra={"fields": fields})
        return response

    def answer_unsigned(self, host: str, event: str, asked: Signed, params: Any) -> Response:
        """Carry out a call that has no id; nothing of it is stored but its operation."""
        return _response(self._carry_out(host, event, asked, params))

    def _carry_out(self, host: str, event: str, asked: Signed, params: Any) -> dispatch.Answer:
        return dispatch.dispatch(
            host,
            event,
            params,
            self._runtime,
            request_id=asked.id,
            installation=asked.installation,
        )


def params_of(body: bytes) -> Any:
    """The JSON value of a request's body; None if it is not JSON, which every host refuses."""
    try:
        return parse_json(body) if body.strip() else {}
    except ValueError:
        return None


def as_json(value: Any) -> bytes:
    """A JSON value as it is sent."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")  # half a surrogate pair can be received but not encoded


def _response(answer: dispatch.Answer) -> Response:
    return Response(answer.http_status, as_json(answer.value), answer.code)
