"""Run a hook until it is known what it did, and note the steps and the outcome.

    how the hook ended                                  the operation   the host is told
    it replied                                          done            the reply
    retryable error, a write was sent                   open            pending
    retryable error, the hook's time is used up         open            pending
    retryable error, before any write                   failed          the error
    any other error: refused, conflict, misconfigured   failed          the error
    it broke off (a bug, a signal), a write was sent    open            unavailable
    its process died                                    running         nothing

An operation that is carried on stays open, also after an error that only the provider can correct.

Source: Open Service Broker API ("asynchronous operations"); `puq_zimbra.zimbra.retry`, which does
not repeat a write whose outcome is unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from puq_zimbra.errors import (
    N_,
    Busy,
    Pending,
    PuqZimbraError,
    StoreAway,
    StoreUnusable,
    TimeUsedUp,
)
from puq_zimbra.registry import declared
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra import deadline, write_journal

from .runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.operations.operation_store import Operations
    from puq_zimbra.store.operations.steps import Run, Steps

HookRun = Callable[[Request, Runtime], Reply]

log = logging.getLogger("puq_zimbra")

#: if a retry finds it done, this operation did it
_WRITTEN = {"already_exists": "created", "unchanged": "updated", "already_gone": "updated"}
_DONE = N_("It was done.")
BROKE_OFF = Reply("unavailable", "The operation broke off.")

#: the operation whose work is being done
at_hand: ContextVar[tuple[Operations, Steps] | None] = ContextVar("puq_zimbra_operation")


def carry_out(
    run: Run, event: str, request: Request, runtime: Runtime, work: Callable[[], Reply]
) -> Reply:
    """Do the work, and note its steps and its outcome.

    Raises:
        Pending: it is left open; the cause says why.
    """
    from puq_zimbra.store.operations import heartbeat
    from puq_zimbra.store.operations.steps import Overtaken

    operations = runtime.store().operations
    steps = operations.steps(run)
    token = at_hand.set((operations, steps))
    try:
        with write_journal.kept_in(steps), heartbeat.of(steps):
            reply = work()
    except Overtaken:
        raise  # the process that has the service now noted the outcome
    except PuqZimbraError as error:
        is_open = _goes_on(event, steps, error)
        said = Reply(error.code, error.message, error.values, data=error.data)
        end(operations, steps, said, is_open=is_open)
        if is_open:
            raise Pending(run.id) from error
        raise
    except BaseException as error:
        end(operations, steps, BROKE_OFF, is_open=_goes_on(event, steps, error))
        raise
    finally:
        at_hand.reset(token)
    end(operations, steps, reply)
    if declared(event).changes_list and reply.code in ("created", "updated"):
        _forget_list(request, runtime)
    return reply


def _goes_on(event: str, steps: Steps, error: BaseException) -> bool:
    """Whether an operation that ended with an error stays open."""
    if not declared(event).resumable:
        return False
    again = steps.run.go > 1
    if not isinstance(error, PuqZimbraError):
        return steps.written or again
    if again and error.code == "misconfigured":
        return True  # the host was told that the work goes on, so a wrong setting must not end it
    out_of_time = isinstance(error, TimeUsedUp) or deadline.is_used_up()
    return error.retryable and (steps.written or again or out_of_time)


def _forget_list(request: Request, runtime: Runtime) -> None:
    try:
        runtime.store().usage.forget_whole(request.zimbra_server.host_port)
    except (StoreUnusable, StoreAway, Busy):
        log.warning("old usage values not forgotten")


def end(operations: Operations, steps: Steps, reply: Reply, *, is_open: bool = False) -> None:
    """Note the outcome. If that fails, what was done in Zimbra is still done."""
    try:
        operations.end(steps, reply, is_open=is_open)
    except (StoreUnusable, StoreAway, Busy):
        log.error("outcome not noted", extra={"fields": {"reference": steps.run.id}})


def until_known(run: HookRun, request: Request, runtime: Runtime) -> Reply:
    """Run a hook; once more if the outcome of a write is unknown."""
    try:
        return run(request, runtime)
    except PuqZimbraError as error:
        if not error.outcome_unknown:
            raise
        kept = error.data
    # The answer to a write was lost. A hook begins by reading: run once more, it goes on where the
    # write was carried out and repeats it where it was not.
    try:
        reply = by_this_operation(run(request, runtime))
    except PuqZimbraError as error:
        error.data = {**error.data, **kept}
        raise
    return replace(reply, data={**reply.data, **kept})


def by_this_operation(reply: Reply) -> Reply:
    """The reply of a retry, which finds done what the same operation wrote before."""
    if reply.code not in _WRITTEN:
        return reply
    return replace(reply, code=_WRITTEN[reply.code], message=_DONE)
