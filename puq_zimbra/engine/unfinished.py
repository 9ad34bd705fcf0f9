"""Carry on an operation that was left open, or whose process died.

Every hook begins by reading what there is, so to carry an operation on is to run its hook again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from puq_zimbra import logs, registry
from puq_zimbra.errors import Held, Invalid, NotFound, Pending, PuqZimbraError, Waits
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra import deadline

from . import answers, checks, operations, outcome, saved_request
from .runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.operations.records import OperationRecord


def carry_on(
    reference: str, runtime: Runtime, seconds: float | None = None, beside: Request | None = None
) -> Reply | None:
    """Carry on an operation; its outcome, or why it is still open.

    None if it has ended meanwhile, or another process runs it. It takes at most so many seconds,
    or `[limits] work_seconds`. ``beside`` is a request at hand for the same service, whose
    credentials may be used.
    """
    began, about = time.monotonic(), dict[str, object]()
    with logs.about(reference=reference):
        reply = _tried(reference, runtime, seconds, beside, about)
        if reply is not None:
            answers.log_outcome("carried on", about, reply, reference, began)
    return reply


def _tried(
    reference: str,
    runtime: Runtime,
    seconds: float | None,
    beside: Request | None,
    about: dict[str, object],
) -> Reply | None:
    """What became of an operation; ``about`` gets what the log says of it."""
    try:
        kept = runtime.store().operations.get(reference)
        if kept is None:
            raise NotFound("There is no operation %(reference)s.", reference=reference)
        about |= {"hook": kept.event, "service": kept.service_id}
        about["installation"] = kept.installation
        if kept.state == "held":
            raise Held(reference)
        with deadline.within(seconds or runtime.config.limits.work_seconds):
            if kept.call is None:
                return operations.give_up(kept, runtime)
            request = recall(kept, runtime, beside)
            about |= answers.subject(kept.event, request)
            return _carry_on(kept, request, runtime)
    except PuqZimbraError as error:
        # Left open: the caller is told the cause.
        cause = error.__cause__ if isinstance(error, Pending) else None
        ours = cause if isinstance(cause, PuqZimbraError) else error
        return answers.reply_to_ours(ours, reference)
    except Exception as error:  # noqa: BLE001 - one operation must not keep the others waiting
        return answers.reply_to_bug(error, reference)


def _carry_on(kept: OperationRecord, request: Request, runtime: Runtime) -> Reply | None:
    run = registry.run_of(kept.event)

    def work() -> Reply:
        reply = outcome.until_known(run, request, runtime)
        return outcome.by_this_operation(reply) if kept.steps else reply

    return operations.carry_on(kept, request, runtime, work)


def recall(kept: OperationRecord, runtime: Runtime, beside: Request | None = None) -> Request:
    """The request of an unfinished operation, with all that its hook needs.

    ``beside`` is a request at hand for the same service.

    Raises:
        Waits: it lacks what its host alone can give.
        Misconfigured: the settings cannot be used.
    """
    hook = registry.find_hook(kept.event)
    if hook is None:
        raise Waits("this version has no such event.")
    request = saved_request.read(kept, runtime.config, beside)
    request = request.model_copy(update={"event": kept.event})
    try:
        checks.require(request, hook.needs)
    except Invalid as error:
        raise Waits(str(error)) from error
    return request


def rehearse(kept: OperationRecord, runtime: Runtime) -> Reply:
    """What carrying on an operation would change; nothing is written.

    Raises:
        PuqZimbraError: it cannot be carried on.
    """
    request = recall(kept, runtime).model_copy(update={"dry_run": True})
    return registry.run_of(kept.event)(request, runtime)
