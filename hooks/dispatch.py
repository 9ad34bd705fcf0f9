"""From a host's event to its answer: read, check, run the hook, say what happened.

The only place that catches everything, so that a host always gets an answer of the right shape
and never a traceback.
"""

from __future__ import annotations

import importlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from puq_zimbra.call import Call
from puq_zimbra.errors import N_, Fault, Invalid, NotFound, Pending, PuqZimbraError, Waits
from puq_zimbra.model import CODES, Reply
from puq_zimbra.zimbra import budget

from . import kept_call, needs, operation
from .runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.kept import Kept

log = logging.getLogger("puq_zimbra")


class Host(Protocol):
    """What a module in `puq_zimbra.billing` offers."""

    EVENTS: Mapping[str, str]

    def read(self, event: str, params: Mapping[str, Any], default_installation: str) -> Call:
        """The call in our words."""

    def place(self, params: object) -> str:
        """What tells the call's Zimbra from others, though nothing is checked yet."""

    def answer(self, event: str, reply: Reply, message: str, reference: str) -> Any:
        """The answer in the host's words."""


@dataclass(frozen=True)
class Answer:
    """What goes back to the host."""

    #: a JSON value
    value: Any
    #: a key of `puq_zimbra.model.CODES`
    code: str
    exit_status: int
    http_status: int


def host_of(name: str) -> Host:
    """The host of that name, a module of `puq_zimbra.billing`."""
    module: Any = importlib.import_module(f"puq_zimbra.billing.{name}")
    host: Host = module
    return host


def dispatch(
    host_name: str, event: str, params: object, runtime: Runtime, request_id: str | None = None
) -> Answer:
    """Carry out one event of a host; ``params`` is its JSON, decoded.

    ``request_id`` is what the door knows the request by; without, the call may say one.
    """
    host = host_of(host_name)
    reference = _new_reference()
    ours = host.EVENTS[event]
    call = Call()
    try:
        if params == []:  # how PHP writes an empty map
            params = {}
        if not isinstance(params, Mapping):
            raise Invalid("The input is not a JSON object of %(most)s MB at the most.", most=4)
        call = _known_as(host.read(event, params, runtime.config.whmcs.installation), request_id)
        reply = _run(ours, call, runtime, reference)
    except PuqZimbraError as error:
        reply = _reply_to(error, reference)
        if isinstance(error, Pending) and error.reference:
            reference = error.reference
    except Exception as error:  # noqa: BLE001 - the host must get an answer whatever happens
        reply = _unexpected(error, reference)
    return _tell(host_name, event, call, reply, runtime, reference)


def refuse(host_name: str, event: str, error: PuqZimbraError, runtime: Runtime) -> Answer:
    """What a host is told whose call is not looked at."""
    reference = _new_reference()
    return _tell(host_name, event, Call(), _reply_to(error, reference), runtime, reference)


def _new_reference() -> str:
    return "op-" + secrets.token_hex(8)


def _tell(
    host_name: str, event: str, call: Call, reply: Reply, runtime: Runtime, reference: str
) -> Answer:
    """The answer in the host's words, with a line in the log."""
    host = host_of(host_name)
    if host.EVENTS[event] == "client_area" and reply.html is None:
        reply = _with_page(call, reply, runtime, reference)
    _log(
        logging.INFO,
        "hook",
        hook=f"{host_name} {event}",
        service=call.service.id if call.service else "",
        code=reply.code,
        reference=reference,
        request_id=call.request_id or "",
    )
    _, exit_status, http_status = CODES[reply.code]
    message = _translate(reply, call.locale)
    value = host.answer(event, reply, message, reference)
    return Answer(value, reply.code, exit_status, http_status)


def _known_as(call: Call, request_id: str | None) -> Call:
    """The call with the id that the door knows it by."""
    if request_id is None:
        return call
    if call.request_id not in (None, request_id):
        raise Invalid("request_id: is not the id that the request was signed with.")
    return call.model_copy(update={"request_id": request_id})


def carry_on(reference: str, runtime: Runtime, seconds: float | None = None) -> Reply | None:
    """Carry on an operation that is open or abandoned; its outcome, or why it is open still.

    None if it is over by now, or somebody else is at it. It takes so many seconds at the most, or
    `[limits] work_seconds`.
    """
    reply: Reply | None
    event = ""
    try:
        kept = runtime.store().operations.get(reference)
        if kept is None:
            raise NotFound("There is no operation %(reference)s.", reference=reference)
        event = kept.event
        with budget.within(seconds or runtime.config.limits.work_seconds):
            if kept.call is None:
                reply = operation.give_up(kept, runtime)
            else:
                reply = _carry_on(kept, runtime)
    except PuqZimbraError as error:
        # Left open: the cause is what to tell.
        cause = error.__cause__ if isinstance(error, Pending) else None
        reply = _reply_to(cause if isinstance(cause, PuqZimbraError) else error, reference)
    except Exception as error:  # noqa: BLE001 - one operation must not keep the others waiting
        reply = _unexpected(error, reference)
    if reply is not None:
        _log(logging.INFO, "carried on", hook=event, code=reply.code, reference=reference)
    return reply


def recall(kept: Kept, runtime: Runtime) -> Call:
    """The call of an operation that is not over, with all that its hook needs.

    Raises:
        Waits: it lacks what its host alone can give.
        Misconfigured: the settings cannot be used.
    """
    call = kept_call.read(kept, runtime.config)
    try:
        needs.check(call, needs.NEEDS[kept.event])
    except Invalid as error:
        raise Waits(str(error)) from error
    return call


def _carry_on(kept: Kept, runtime: Runtime) -> Reply | None:
    call = recall(kept, runtime)
    hook = importlib.import_module(f"puq_zimbra.hooks.{kept.event}")

    def work() -> Reply:
        reply = _run_until_known(hook, call, runtime)
        return _by_this_call(reply) if kept.steps else reply

    return operation.carry_on(kept, call, runtime, work)


def _reply_to(error: PuqZimbraError, reference: str) -> Reply:
    fault = error.__cause__ if isinstance(error, Pending) else error
    if isinstance(fault, Fault):
        _log(logging.WARNING, "fault", reference=reference, zimbra_code=fault.zimbra_code)
    return Reply(error.code, error.message, error.places, retryable=error.retryable)


def _log(level: int, event: str, **fields: str) -> None:
    log.log(level, event, extra={"fields": fields})


def _unexpected(error: Exception, reference: str) -> Reply:
    # Only the kind and the place: an exception's text may hold a secret.
    kind, place = type(error).__name__, _place(error)
    _log(logging.ERROR, "unexpected", reference=reference, kind=kind, place=place)
    return Reply(
        "unavailable",
        "Something went wrong inside the mail module; the administrator finds it in the log.",
        retryable=True,
    )


def _run(event: str, call: Call, runtime: Runtime, reference: str) -> Reply:
    needs.check(call, needs.NEEDS[event])
    hook = importlib.import_module(f"puq_zimbra.hooks.{event}")
    call = runtime.config.complete(call)

    def work() -> Reply:
        return _run_until_known(hook, call, runtime)

    with budget.within(runtime.config.limits.hook_seconds):
        if event not in operation.EVENTS or call.dry_run:
            return work()
        return operation.carry_out(event, call, runtime, reference, work)


def _run_until_known(hook: ModuleType, call: Call, runtime: Runtime) -> Reply:
    reply: Reply
    try:
        reply = hook.run(call, runtime)
    except PuqZimbraError as error:
        if not error.outcome_unknown:
            raise
    else:
        return reply
    # The answer to a write was lost. A hook begins by reading: run once more, it goes on where the
    # write was carried out and repeats it where it was not.
    return _by_this_call(hook.run(call, runtime))


def _by_this_call(reply: Reply) -> Reply:
    if reply.code not in _WRITTEN:
        return reply
    return replace(reply, code=_WRITTEN[reply.code], message=_DONE)


#: what a second look finds done was done by this very call
_WRITTEN = {"already_exists": "created", "unchanged": "updated", "already_gone": "updated"}
_DONE = N_("It was done.")


def _with_page(call: Call, reply: Reply, runtime: Runtime, reference: str) -> Reply:
    """The reply with a page that says the problem and shows what the host itself knows."""
    problem = _translate(_for_customers(reply), call.locale)
    try:
        from puq_zimbra.clientarea.render import fragment

        now = runtime.now()
        html = fragment(call, None, None, (), problem=problem, notice=None, now=now)
    except Exception as error:  # noqa: BLE001 - a page of one sentence is better than none
        _unexpected(error, reference)
        html = f'<div class="puqz"><p>{escape(problem)}</p></div>'
    return replace(reply, html=html)


def _for_customers(reply: Reply) -> Reply:
    """The reply without what only the provider can mend."""
    if reply.code not in ("unavailable", "misconfigured"):
        return reply
    from .client_area import UNREACHED

    return Reply(reply.code, UNREACHED)


def _translate(reply: Reply, locale: str) -> str:
    from puq_zimbra.clientarea.i18n import translate

    return translate(reply.message, PuqZimbraError("", **reply.places).places, locale)


def _place(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return "?"
    return f"{place.tb_frame.f_globals.get('__name__', '?')}:{place.tb_lineno}"
