"""Carry out a hook as an operation: noted before its first write, alone for its service.

The same call while it runs waits for it and then looks for itself; another call of the service is
``busy``. What is not finished when the hook's time is used up, or when it could not be found out
what became of a write, is left open and the host told ``pending``: the next call of the service
takes its place, or `carry_on` finishes it.

    how the hook ended                                  the operation   the host hears
    it answered                                         done            that
    retryable error, a write was sent                   open            pending
    retryable error, the hook's time is used up         open            pending
    retryable error, before any write                   failed          that
    any other error: refused, conflict, misconfigured   failed          that
    it broke off (a bug, a signal), a write was sent    open            unavailable
    its process died                                    running         nothing

What `carry_on` cannot finish either stays open, also for what only the provider can mend.

Source: Open Service Broker API (asynchronous operations); Stripe's API v2 (unfinished work is
carried on).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from puq_zimbra.call import Call
from puq_zimbra.errors import Busy, Pending, PuqZimbraError, StoreUnusable, TimeUsedUp
from puq_zimbra.model import Reply
from puq_zimbra.zimbra import budget, witness

from . import kept_call
from .runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.kept import Kept
    from puq_zimbra.store.operations import Intent, Operations
    from puq_zimbra.store.steps import Run, Steps

log = logging.getLogger("puq_zimbra")

#: hooks that may write
EVENTS = {
    "create",
    "suspend",
    "unsuspend",
    "terminate",
    "restore",
    "adopt",
    "repair",
    "change_package",
    "change_password",
    "renew",
    "client_action",
}
#: hooks that set a password and nothing else: they leave alone what else is open
_PASSWORD_ONLY = {"change_password", "client_action"}
#: hooks that nobody repeats but the person who asked: what is not finished is given up
_NEVER_OPEN = {"client_action", "repair"}
#: hooks that ask for a part of the state: nothing that was asked for before may be lost by them
_WAIT_THEIR_TURN = {"repair"}
#: hooks after which the list of services is another
_CHANGE_WHAT_THERE_IS = {"create", "terminate", "adopt"}
#: seconds between two looks at a running operation
_POLL = 0.05
#: seconds that an operation's lease outlives its time; nothing is sent in them
_SPARE = 10

_BROKE_OFF = Reply("unavailable", "The operation broke off.")


def carry_out(
    event: str, call: Call, runtime: Runtime, reference: str, work: Callable[[], Reply]
) -> Reply:
    """Do the work as one operation.

    Raises:
        Busy: another operation of the service runs.
        Pending: the same one runs, and longer than this call may wait; or this one was left open.
    """
    from puq_zimbra.store.operations import Intent

    operations = runtime.store().operations
    intent = Intent(
        id=reference,
        installation=call.owner,
        service_id=call.sold.id,
        event=event,
        request_id=call.request_id,
        fingerprint=operations.fingerprint({"event": event, **_asked(call)}),
        call=None if event in _NEVER_OPEN else kept_call.write(call),
        supersedes=event not in _PASSWORD_ONLY,
        waits_its_turn=event in _WAIT_THEIR_TURN,
    )
    run = _begin(operations, intent, runtime)
    if isinstance(run, Reply):
        return run
    return _finish(run, event, call, runtime, work)


def carry_on(kept: Kept, call: Call, runtime: Runtime, work: Callable[[], Reply]) -> Reply | None:
    """Do the work of an operation that was not finished, as the same operation.

    None if it is over by now, or somebody else is at it.

    Raises:
        Pending: it is still not finished.
    """
    run = runtime.store().operations.take_up(kept.id, _seconds_left())
    return _finish(run, kept.event, call, runtime, work) if run else None


def give_up(kept: Kept, runtime: Runtime) -> Reply | None:
    """End an operation that a dead process left behind and nobody can carry on."""
    operations = runtime.store().operations
    run = operations.take_up(kept.id, _seconds_left())
    if run is None:
        return None
    _end(operations, operations.steps(run), _BROKE_OFF)
    return _BROKE_OFF


def _begin(operations: Operations, intent: Intent, runtime: Runtime) -> Run | Reply:
    """Wait for the service as long as the same call holds it, and take it."""
    from puq_zimbra.store.operations import SameRuns

    while True:
        try:
            return operations.begin(intent, _seconds_left())
        except SameRuns as error:
            if budget.remaining(_POLL) < _POLL:
                raise Pending(error.operation) from error
            time.sleep(_POLL)


def _seconds_left() -> float:
    """For how long an operation needs its service: until its time ends, and a little more."""
    return max(budget.remaining(86400.0), 0) + _SPARE


def _finish(run: Run, event: str, call: Call, runtime: Runtime, work: Callable[[], Reply]) -> Reply:
    """Do the work, note its steps and its outcome.

    Raises:
        Pending: it was not finished and is left open; the cause says why.
    """
    from puq_zimbra.store.steps import Overtaken

    operations = runtime.store().operations
    steps = operations.steps(run)
    try:
        with witness.told(steps):
            reply = work()
    except Overtaken:
        raise  # whoever got the service has noted what became of this one
    except PuqZimbraError as error:
        is_open = _goes_on(event, steps, error)
        _end(operations, steps, Reply(error.code, error.message, error.places), is_open=is_open)
        if is_open:
            raise Pending(run.id) from error
        raise
    except BaseException as error:
        _end(operations, steps, _BROKE_OFF, is_open=_goes_on(event, steps, error))
        raise
    _end(operations, steps, reply)
    if event in _CHANGE_WHAT_THERE_IS and reply.code in ("created", "updated"):
        _forget_whole(call, runtime)
    return reply


def _goes_on(event: str, steps: Steps, error: BaseException) -> bool:
    """Whether an operation that met the error is to be carried on."""
    if event in _NEVER_OPEN:
        return False
    again = steps.run.go > 1
    if not isinstance(error, PuqZimbraError):
        return steps.written or again
    if again and error.code == "misconfigured":
        return True  # the host was told that the work goes on: a wrong setting must not end it
    out_of_time = isinstance(error, TimeUsedUp) or budget.is_used_up()
    return error.retryable and (steps.written or again or out_of_time)


def _forget_whole(call: Call, runtime: Runtime) -> None:
    from puq_zimbra.usage.sync import place_of

    try:
        runtime.store().figures.forget_whole(place_of(call.given_server))
    except (StoreUnusable, Busy):
        log.warning("old figures not forgotten")


def _end(operations: Operations, steps: Steps, reply: Reply, *, is_open: bool = False) -> None:
    """Note the outcome; what was done in Zimbra is done even if it cannot be noted."""
    try:
        operations.end(steps, reply, is_open=is_open)
    except (StoreUnusable, Busy):
        log.error("outcome not noted", extra={"fields": {"reference": steps.run.id}})


def _asked(call: Call) -> dict[str, object]:
    """What tells one wanted state from another, secrets in the clear: only a digest is kept."""
    asked = call.model_dump(include={"service", "form"})
    asked["server"] = call.given_server.url
    if call.new_password is not None:
        asked["new_password"] = call.new_password.get_secret_value()
    if call.sold.admin.password is not None:
        asked["admin_password"] = call.sold.admin.password.get_secret_value()
    return asked
