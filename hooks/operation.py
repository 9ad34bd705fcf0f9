"""Carry out a hook as an operation: noted before its first write, alone for its service.

The same call while it runs waits for it and then looks for itself; another call of the service is
``busy``. A call that waits longer than its own time answers ``pending``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from puq_zimbra.call import Call
from puq_zimbra.errors import Pending, PuqZimbraError
from puq_zimbra.model import Reply
from puq_zimbra.zimbra import budget

from .runtime import Runtime

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
        operations.end(intent, Reply(error.code, error.message, error.places))
        raise
    except BaseException:
        operations.end(intent, Reply("unavailable", "The operation broke off."))
        raise
    operations.end(intent, reply)
    return reply


def _asked(call: Call) -> dict[str, object]:
    """What tells one wanted state from another, secrets in the clear: only a digest is kept."""
    asked = call.model_dump(include={"service", "form"})
    if call.new_password is not None:
        asked["new_password"] = call.new_password.get_secret_value()
    if call.sold.admin.password is not None:
        asked["admin_password"] = call.sold.admin.password.get_secret_value()
    return asked
