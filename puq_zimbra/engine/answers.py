"""Replies and errors in the host's words: translated, and without what its reader cannot use.

A log line holds codes, names and references. It never holds an exception's text, which may contain
a secret.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from puq_zimbra import registry
from puq_zimbra.errors import N_, Fault, Pending, PuqZimbraError, filled_in, location_of, shown
from puq_zimbra.registry.hook import Hook
from puq_zimbra.registry.host import Host
from puq_zimbra.reply import CODES, Reply
from puq_zimbra.request import Request

from .runtime import Runtime

log = logging.getLogger("puq_zimbra")

#: for customers, when Zimbra gives no answer; the provider finds more in the log
UNREACHED = N_("The mail server gives no answer just now; please try again later.")
#: codes that do not end by themselves, or not without a person
_LOOK_AFTER = frozenset({"misconfigured", "unavailable", "conflict", "not_ours"})
#: characters of a sentence in the log
_LONGEST = 500


@dataclass(frozen=True)
class HostEvent:
    """An event, and the host that asks for it."""

    host_name: str
    #: the host's name of the event
    name: str
    event: str
    host: Host
    hook: Hook

    @classmethod
    def of(cls, host_name: str, name: str) -> HostEvent:
        """Look up the host and its event.

        Raises:
            KeyError: there is no such host, or it has no such event.
        """
        host = registry.host_of(host_name)
        event = registry.event_of(host_name, name)
        if event is None:
            raise KeyError(name)
        return cls(host_name, name, event, host, registry.hook_of(event))


@dataclass(frozen=True)
class Answer:
    """What goes back to the host."""

    #: a JSON value
    value: Any
    #: a key of `puq_zimbra.reply.CODES`
    code: str
    exit_status: int
    http_status: int


def reply_to(error: Exception, reference: str) -> tuple[Reply, str]:
    """The reply to an error, and the reference of the operation that it is about."""
    if not isinstance(error, PuqZimbraError):
        return reply_to_bug(error, reference), reference
    known = error.reference if isinstance(error, Pending) else None
    return reply_to_ours(error, reference), known or reference


def reply_to_ours(error: PuqZimbraError, reference: str) -> Reply:
    """The reply to one of the errors in `puq_zimbra.errors`."""
    fault = error.__cause__ if isinstance(error, Pending) else error
    if isinstance(fault, Fault):
        fields = {"reference": reference, "zimbra_code": fault.zimbra_code}
        log.warning("fault", extra={"fields": fields})
    return Reply(error.code, error.message, error.values, retryable=error.retryable)


def reply_to_bug(error: Exception, reference: str) -> Reply:
    """The reply to a bug in this module."""
    kind, location = type(error).__name__, location_of(error)
    fields = {"reference": reference, "kind": kind, "location": location}
    log.error("unexpected", extra={"fields": fields})
    return Reply(
        "unavailable",
        "Something went wrong inside the mail module; the administrator finds it in the log.",
        retryable=True,
    )


def subject(hook: str, request: Request) -> dict[str, object]:
    """What a line of the log says of a request; never a parameter of it."""
    about: dict[str, object] = {"hook": hook}
    about["service"] = request.service.id if request.service else ""
    if request.installation:
        about["installation"] = request.installation
    if request.server is not None:
        about["server"] = request.server.named
    if request.request_id:
        about["request_id"] = request.request_id
    return about


def log_outcome(
    line: str, about: Mapping[str, object], reply: Reply, reference: str, began: float
) -> None:
    """Log how a hook ended: as a warning, with its sentence, what a person must look after.

    ``about`` is its `subject`, ``began`` a moment of `time.monotonic`.
    """
    fields = {**about, "code": reply.code, "reference": reference}
    fields["seconds"] = round(time.monotonic() - began, 3)
    level = level_of(reply.code)
    if level == logging.WARNING:
        fields["message"] = shown(filled_in(reply.message, reply.values))[:_LONGEST]
    log.log(level, line, extra={"fields": fields})


def level_of(code: str) -> int:
    """The level of a line that tells a code."""
    return logging.WARNING if code in _LOOK_AFTER else logging.INFO


def tell(
    asked: HostEvent,
    request: Request,
    reply: Reply,
    runtime: Runtime,
    reference: str,
    began: float,
) -> Answer:
    """The answer to a host, with a line in the log; ``began`` is a moment of `time.monotonic`."""
    if asked.hook.draws_page and reply.html is None:
        reply = _with_page(request, reply, runtime, reference)
    about = subject(f"{asked.host_name} {asked.name}", request)
    log_outcome("hook", about, reply, reference, began)
    _, exit_status, http_status = CODES[reply.code]
    message = _translate(_for_its_reader(reply, asked.hook), request.locale)
    if request.service is not None:
        reply = replace(reply, data={**asked.host.about(request), **reply.data})
    value = asked.host.answer(asked.name, reply, message, reference)
    return Answer(value, reply.code, exit_status, http_status)


def _with_page(request: Request, reply: Reply, runtime: Runtime, reference: str) -> Reply:
    """The reply with a page that shows the problem and what the host itself knows."""
    problem = _translate(_for_customers(reply), request.locale)
    sentence = f'<div class="puqz"><p>{escape(problem)}</p></div>'
    if request.service is None:  # the call was not read, so the host told nothing to show
        return replace(reply, html=sentence)
    try:
        from puq_zimbra.clientarea.render import fragment

        now = runtime.now()
        html = fragment(request, None, None, (), problem=problem, notice=None, now=now)
    except Exception as error:  # noqa: BLE001 - a page of one sentence is better than none
        reply_to_bug(error, reference)
        html = sentence
    return replace(reply, html=html)


def _for_its_reader(reply: Reply, hook: Hook) -> Reply:
    if hook.audience == "customer":
        return _for_customers(reply)
    if hook.audience == "both":
        values = {name: value for name, value in reply.values.items() if name != "server"}
        return replace(reply, values=values)
    return reply


def _for_customers(reply: Reply) -> Reply:
    """The reply without what only the provider can correct."""
    if reply.code not in ("unavailable", "misconfigured"):
        return reply
    return replace(reply, message=UNREACHED, values={})


def _translate(reply: Reply, locale: str) -> str:
    from puq_zimbra.i18n import translate

    return translate(reply.message, PuqZimbraError("", **reply.values).values, locale)
