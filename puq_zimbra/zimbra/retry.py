"""Send a request again where its row in `request_table` allows it.

Waits are random, so that hooks that failed together do not come back together, and never longer
than the hook's time.

Source: `request_table`; the transport never repeats a POST by itself, which would create twice.
"""

from __future__ import annotations

import logging
import random
from typing import Any

from puq_zimbra.errors import (
    AddressBlocked,
    NoAnswer,
    NotLoggedIn,
    NotSent,
    Overloaded,
    PuqZimbraError,
    TimeUsedUp,
    Transient,
)
from puq_zimbra.zimbra import deadline
from puq_zimbra.zimbra.context import Context, Send
from puq_zimbra.zimbra.request_table import Repeat, ZimbraRequest

#: how often a request is sent in all
ATTEMPTS = 3

log = logging.getLogger("puq_zimbra")


def repeat(send: Send, context: Context) -> Any:
    """Send a request, and again where that can do no harm.

    Raises:
        PuqZimbraError: with ``outcome_unknown`` set where a write may have been carried out.
    """
    try:
        return send(context)
    except PuqZimbraError as error:
        if not _may_repeat(context.request, error):
            raise
    # Loaded when something went wrong, and not at every start.
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())  # it would log what was called, and with what
    attempts = stamina.retry_context(
        on=lambda error: _backoff(context.request, error),
        attempts=ATTEMPTS - 1,
        timeout=deadline.remaining(60.0),
    )
    for attempt in attempts:
        with attempt:
            return send(context)
    raise AssertionError("the last attempt raises")


def _may_repeat(request: ZimbraRequest, error: PuqZimbraError) -> bool:
    """Whether the request is sent again; marks the error where the outcome is unknown."""
    if request.repeat is Repeat.NEVER or isinstance(error, TimeUsedUp | NotLoggedIn):
        return False
    if isinstance(error, NotSent):
        return True
    if not isinstance(error, NoAnswer | Transient):
        return False
    if request.repeat is Repeat.ALWAYS:
        return not isinstance(error, AddressBlocked)
    error.outcome_unknown = True
    shown_by = ", ".join(request.shown_by) or "none"
    fields = {"request": request.name, "shown_by": shown_by}
    log.info("write.outcome_unknown", extra={"fields": fields})
    return False


def _backoff(request: ZimbraRequest, error: Exception) -> bool | float:
    """Seconds to wait before the request is sent again, or False.

    A busy server gets at least one second. The wait ends with the hook's time.
    """
    if not isinstance(error, PuqZimbraError) or not _may_repeat(request, error):
        return False
    wait = random.uniform(1.0, 2.0) if isinstance(error, Overloaded) else random.uniform(0.2, 1.2)
    left = deadline.remaining(wait)
    return left if left > 0 else False
