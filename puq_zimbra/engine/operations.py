"""Carry out a hook as an operation: noted before its first write, one at a time for each service.

The same request, sent again while it runs, waits for it and then reads the state itself. Any other
request of the service is ``busy``. An operation is left open, and the host told ``pending``, when
the hook's time is used up or the outcome of a write is unknown. The service's next request about
the same aspects replaces it (`puq_zimbra.store.operations.wishes`); otherwise
`unfinished.carry_on` finishes it: after another request that has time left, in `serve`, or in
`puq-zimbra work`.

Source: Open Service Broker API (asynchronous operations); Stripe's API v2 (unfinished work is
carried on).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from puq_zimbra.errors import (
    Busy,
    Misconfigured,
    Pending,
    PuqZimbraError,
    Refused,
    Unavailable,
    Waits,
)
from puq_zimbra.registry import declared, hook_of
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra import deadline

from . import outcome, saved_request
from .runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.operations.intents import Intent
    from puq_zimbra.store.operations.operation_store import Operations
    from puq_zimbra.store.operations.records import OperationRecord
    from puq_zimbra.store.operations.steps import Run

#: seconds that must be left to begin the work of an earlier operation
_WORTH_WHILE = 1.0
#: seconds between two looks at a running operation
_POLL = 0.05
#: seconds for which an operation may hold its service beyond its deadline; nothing is sent in them
_SPARE = 10

#: references of operations that are carried on after the one at hand
_then: ContextVar[list[str] | None] = ContextVar("puq_zimbra_then", default=None)

#: carries on another operation of the service with this request's credentials; its outcome
Others = Callable[[str], Reply | None]


def _leave(_: str) -> Reply | None:
    """Leave other operations to `puq-zimbra work`."""
    return None


def carry_out(
    event: str,
    request: Request,
    runtime: Runtime,
    reference: str,
    work: Callable[[], Reply],
    others: Others = _leave,
) -> Reply:
    """Do the work as one operation; then, if time is left, what earlier requests left open.

    Raises:
        Busy: another operation of the service runs.
        Refused: the service's creation must be finished first, which this request cannot do.
        Pending: the same request runs beyond this one's deadline, or this one was left open.
    """
    from puq_zimbra.store.operations.intents import Intent

    operations, hook = runtime.store().operations, hook_of(event)
    intent = Intent(
        id=reference,
        installation=request.installation_id,
        service_id=request.purchase.id,
        event=event,
        request_id=request.request_id,
        fingerprint=operations.fingerprint(saved_request.fingerprinted(event, request)),
        call=saved_request.write(request) if hook.resumable else None,
        supersedes=not hook.reads_first,
        waits_for=frozenset(hook.waits_for),
        unsaid=request.purchase.ending_unsaid,
        aspects=_aspects_of_form(event, request),
        actor=request.actor,
        action=_action(event, request),
        target=request.form.get("puqz_object", "") if request.takes_forms else "",
    )
    run = _begin(operations, intent, request, others)
    if isinstance(run, Reply):
        return run
    then: list[str] = []
    token = _then.set(then)
    try:
        reply = outcome.carry_out(run, event, request, runtime, work)
    finally:
        _then.reset(token)
    for next_one in then:
        others(next_one)
    if run.leaves_others:
        _go_on(operations, request, others)
    return reply


def go_on_with(reference: str) -> None:
    """Carry on another operation of the service after the one at hand, while time is left."""
    found = _then.get()
    if found is not None:
        found.append(reference)


def take_all() -> None:
    """Let the operation at hand replace unfinished ones of its aspects (`Hook.reads_first`).

    Raises:
        Overtaken: another process has the service now.
    """
    operations, steps = outcome.at_hand.get(None) or (None, None)
    if operations is not None and steps is not None:
        operations.take_all(steps)


def carry_on(
    kept: OperationRecord, request: Request, runtime: Runtime, work: Callable[[], Reply]
) -> Reply | None:
    """Do the work of an unfinished operation, as the same operation.

    None if it has ended meanwhile, or another process runs it.

    Raises:
        Pending: it is still not finished.
    """
    run = runtime.store().operations.take_up(kept.id, _seconds_left())
    return outcome.carry_out(run, kept.event, request, runtime, work) if run else None


def breathe() -> bool:
    """Let other requests of the service run before the next write of the operation at hand.

    Returns whether one did, so that what was read before may be out of date.

    Raises:
        Overtaken: the operation is over, or no time is left for it.
    """
    from puq_zimbra.store.operations.steps import Overtaken

    operations, steps = outcome.at_hand.get(None) or (None, None)
    if operations is None or steps is None:
        return False
    before = steps.newest()
    steps.pause()
    time.sleep(2 * _POLL)  # a request that waits looks more often
    while (run := operations.take_up(steps.run.id, _seconds_left())) is None:
        kept = operations.get(steps.run.id)
        if kept is None or kept.ended_at is not None or deadline.is_used_up():
            raise Overtaken
        time.sleep(_POLL)
    steps.go_on(run)
    return steps.newest() != before


def reference_at_hand() -> str:
    """The reference of the operation whose work is being done; "" = there is none."""
    _, steps = outcome.at_hand.get(None) or (None, None)
    return steps.run.id if steps is not None else ""


def give_up(
    kept: OperationRecord, runtime: Runtime, reply: Reply = outcome.BROKE_OFF
) -> Reply | None:
    """End an unfinished operation with a reply; it cannot or must not be carried on.

    None if it has ended meanwhile, or another process runs it.
    """
    operations = runtime.store().operations
    run = operations.take_up(kept.id, _seconds_left())
    if run is None:
        return None
    outcome.end(operations, operations.steps(run), reply)
    return reply


def _begin(operations: Operations, intent: Intent, request: Request, others: Others) -> Run | Reply:
    """Wait while the same request holds the service, finish what comes first, then take it."""
    from puq_zimbra.store.operations.intents import FirstThis, InTurns, SameRuns

    while True:
        try:
            return operations.begin(intent, _seconds_left())
        except InTurns:
            if deadline.remaining(_POLL) < _POLL:
                raise
            time.sleep(_POLL)
        except SameRuns as error:
            if deadline.remaining(_POLL) < _POLL:
                raise Pending(error.operation) from error
            time.sleep(_POLL)
        except FirstThis as error:
            reply = others(error.operation)
            kept = operations.get(error.operation)
            if kept is not None and kept.ended_at is None:
                raise (_not_finished(kept, reply, request) if reply else Busy()) from error


def _not_finished(kept: OperationRecord, reply: Reply, request: Request) -> PuqZimbraError:
    """Why a request cannot begin before an earlier operation is finished."""
    from puq_zimbra.provisioning.ownership import UNFINISHED

    if declared(kept.event).begins_service and reply.code == Waits.code:
        return Refused(UNFINISHED, name=request.shown_name)
    if reply.code == Misconfigured.code:
        return Misconfigured(reply.message, **reply.values)
    return Unavailable(
        "An earlier operation of this service comes first and is not finished: %(event)s"
        " (%(reference)s). Try again in a minute.",
        event=kept.event,
        reference=kept.id,
    )


def _go_on(operations: Operations, request: Request, others: Others) -> None:
    """Carry on the service's open operations after the one that is done.

    Those that end the service, and long ones, are left to `puq-zimbra work`.
    """
    for kept in operations.unfinished(request.installation_id, request.purchase.id):
        if deadline.remaining(_WORTH_WHILE) < _WORTH_WHILE:
            return
        hook = declared(kept.event)
        if not hook.ends_service and not hook.in_turns and kept.state != "held":
            others(kept.id)


def _seconds_left() -> float:
    """How long an operation may hold its service."""
    return max(deadline.remaining(86400.0), 0) + _SPARE


def _aspects_of_form(event: str, request: Request) -> frozenset[str]:
    """What a form of the customer's page is about: its object alone; nothing for other requests.

    Nothing, too, for a form that stands for another event, which says what that is about.
    """
    identity = request.request_id or ""
    # The administrator's password is what the event itself is about, as at a host without forms.
    is_admins = request.form.get("puqz_action") == "change_admin_password"
    if event != "client_action" or not identity.startswith("form:") or is_admins:
        return frozenset()
    return frozenset({f"content:{request.form.get('puqz_object') or identity}"})


def _action(event: str, request: Request) -> str:
    """The action of a form of the customer's page; "" = none, or it is no word."""
    name = request.form.get("puqz_action", "") if event == "client_action" else ""
    return name if name.isascii() and name.isidentifier() else ""
