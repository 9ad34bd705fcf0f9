"""The way of a request: down once, and back once.

    dispatch            read the host's JSON, identify the caller, check what the request needs
      operations        of a hook that writes: one at a time for each service
        outcome         the hook runs, once more where the answer to a write was lost
          hooks/EVENT   what happens
    answers             the reply in the host's words

`dispatch` catches everything, so that a host always gets an answer of the right shape and never a
traceback.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from functools import partial

from puq_zimbra import logs, registry
from puq_zimbra.errors import Invalid, PuqZimbraError
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra import deadline

from . import answers, checks, module_versions, operations, outcome, unfinished
from .answers import Answer, HostEvent
from .runtime import Runtime

__all__ = ["Answer", "carry_out_internal", "dispatch", "refuse"]

#: seconds, more than any hook has
_LONG = 86400.0


def dispatch(
    host_name: str,
    name: str,
    params: object,
    runtime: Runtime,
    request_id: str | None = None,
    installation: str | None = None,
) -> Answer:
    """Carry out an event by its host's name for it; ``params`` is the host's JSON, decoded.

    Over HTTP, ``request_id`` is the signed id and ``installation`` the one whose secret signed it.

    Raises:
        KeyError: there is no such host, or it has no such event.
    """
    asked = HostEvent.of(host_name, name)
    request = Request(locale=asked.host.locale(params))
    reference, began = _new_reference(), time.monotonic()
    with logs.about(reference=reference, request_id=request_id or ""):
        try:
            request = _read(asked, params, runtime, request_id, installation)
            reply = _carry_out(asked.event, request, runtime, reference)
        except Exception as error:  # noqa: BLE001 - there must be an answer whatever happens
            reply, reference = answers.reply_to(error, reference)
        return answers.tell(asked, request, reply, runtime, reference, began)


def carry_out_internal(event: str, request: Request, runtime: Runtime) -> Reply:
    """Carry out an event for a command; hosts cannot ask for all of them."""
    reference, began = _new_reference(), time.monotonic()
    with logs.about(reference=reference):
        try:
            reply = _carry_out(event, request, runtime, reference)
        except Exception as error:  # noqa: BLE001 - there must be an answer whatever happens
            reply, reference = answers.reply_to(error, reference)
        answers.log_outcome("hook", answers.subject(event, request), reply, reference, began)
    return reply


def refuse(
    host_name: str, name: str, error: PuqZimbraError, runtime: Runtime, request_id: str = ""
) -> Answer:
    """Refusal for a request rejected before parsing."""
    reference, began = _new_reference(), time.monotonic()
    with logs.about(reference=reference, request_id=request_id):
        reply, reference = answers.reply_to(error, reference)
        asked = HostEvent.of(host_name, name)
        return answers.tell(asked, Request(), reply, runtime, reference, began)


def _new_reference() -> str:
    return "op-" + secrets.token_hex(8)


def _read(
    asked: HostEvent,
    params: object,
    runtime: Runtime,
    request_id: str | None,
    installation: str | None,
) -> Request:
    """The request in our words, of the caller who signed it.

    Raises:
        Invalid: names the key.
        NotOurs: it is signed with another installation's secret.
    """
    given = {} if params == [] else params  # PHP's empty map
    if not isinstance(given, Mapping):
        raise Invalid("The input is not a JSON object of %(most)s MB at the most.", most=4)
    section = getattr(runtime.config, asked.host.settings)
    settings = checks.settings_of(section, installation)
    request = asked.host.read(asked.name, asked.hook, given, settings)
    request = checks.with_id(checks.signed_by(request, installation), request_id)
    module_versions.note(asked.host_name, request, runtime.config)
    return request.model_copy(update={"event": asked.event})


def _carry_out(event: str, request: Request, runtime: Runtime, reference: str) -> Reply:
    """Run the hook of an event, as an operation if it writes.

    Raises:
        Invalid: names the key that is missing.
    """
    hook = registry.hook_of(event)
    checks.require(request, hook.needs)
    checks.require_customer_id(request)
    request = runtime.config.complete(request)
    work = partial(outcome.until_known, registry.run_of(event), request, runtime)

    def others(earlier: str) -> Reply | None:
        return unfinished.carry_on(earlier, runtime, deadline.remaining(_LONG), request)

    limits = runtime.config.limits
    page_seconds = min(limits.page_seconds, limits.hook_seconds)
    with deadline.within(page_seconds if hook.wait == "page" else limits.hook_seconds):
        if not hook.writes or request.dry_run:
            return work()
        if request.identity is not None:
            checks.require_own_customer(request, runtime)
        if hook.takes_form:
            return _carry_out_form(event, request, runtime, reference, others)
        return operations.carry_out(event, request, runtime, reference, work, others)


def _carry_out_form(
    event: str, request: Request, runtime: Runtime, reference: str, others: operations.Others
) -> Reply:
    """Carry out the form that a customer sent, known by its token.

    Raises:
        Refused: the token was made for another form, or has expired.
    """
    from . import actions  # loads the client area, which no other hook needs

    request = actions.known_by_token(request, runtime)
    work = partial(outcome.until_known, registry.run_of(event), request, runtime)
    if actions.only_looks(request):
        return work()
    event = actions.event_of(request) or event
    reply = operations.carry_out(event, request, runtime, reference, work, others)
    return actions.with_link(reply, request, runtime)
