"""Carry out a hook as an operation: noted before its first write, alone for its service.

The same call while it runs waits for it and then looks for itself; another call of the service is
``busy``. A call that waits longer than its own time answers ``pending``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from puq_zimbra.call import Call
from puq_zimbra.errors import Busy, Pending, PuqZimbraError, StoreUnusable
from puq_zimbra.model import Reply
from puq_zimbra.zimbra import budget

from .runtime import Runtime

if TYPE_CHECKING:
    from puq_zimbra.store.operations import Intent, Operations

log = logging.getLogger("puq_zimbra")

#: hooks that may write
EVENTS = {
    "create",
    "suspend",
    "unsuspend",
    "terminate",
    "restore",
    "change_package",
    "change_password",
    "renew",
    "client_action",
}
#: hooks after which the list of services is another
_CHANGE_WHAT_THERE_IS = {"create", "terminate"}
#: seconds between two looks at a running operation
_POLL = 0.05
#: seconds that an operation's lease outlives its hook's time; nothing is sent in them
_SPARE = 10


def carry_out(
    event: str, call: Call, runtime: Runtime, reference: str, work: Callable[[], Reply]
) -> Reply:
    """Do the work as one operation.

    Raises:
        Busy: another operation of the service runs.
        Pending: the same one runs, and longer than this call may wait.
    """
    from puq_zimbra.store.operations import Intent, SameRuns

    operations = runtime.store().operations
    intent = Intent(
        id=reference,
        installation=call.owner,
        service_id=call.sold.id,
        event=event,
        request_id=call.request_id,
        fingerprint=operations.fingerprint({"event": event, **_asked(call)}),
    )
    while True:
        left = budget.remaining(runtime.config.limits.hook_seconds)
        try:
            stored = operations.begin(intent, max(left, 0) + _SPARE)
            break
        except SameRuns as error:
            if left <= _POLL:
                raise Pending from error
            time.sleep(_POLL)
    if stored is not None:
        return stored
    try:
        reply = work()
    except PuqZimbraError as error:
        _end(operations, intent, Reply(error.code, error.message, error.places))
        raise
    except BaseException:
        _end(operations, intent, Reply("unavailable", "The operation broke off."))
        raise
    _end(operations, intent, reply)
    if event in _CHANGE_WHAT_THERE_IS and reply.code in ("created", "updated"):
        _forget_whole(call, runtime)
    return reply


def _forget_whole(call: Call, runtime: Runtime) -> None:
    from puq_zimbra.usage.sync import place_of

    try:
        runtime.store().figures.forget_whole(place_of(call.given_server))
    except (StoreUnusable, Busy):
        log.warning("old figures not forgotten")


def _end(operations: Operations, intent: Intent, reply: Reply) -> None:
    """Note the outcome; what was done in Zimbra is done even if it cannot be noted."""
    try:
        operations.end(intent, reply)
    except (StoreUnusable, Busy):
        log.error("outcome not noted", extra={"fields": {"reference": intent.id}})


def _asked(call: Call) -> dict[str, object]:
    """What tells one wanted state from another, secrets in the clear: only a digest is kept."""
    asked = call.model_dump(include={"service", "form"})
    asked["server"] = call.given_server.url
    if call.new_password is not None:
        asked["new_password"] = call.new_password.get_secret_value()
    if call.sold.admin.password is not None:
        asked["admin_password"] = call.sold.admin.password.get_secret_value()
    return asked
