"""Repeat a request only where its meaning allows it.

    what happened                     a read            a write
    nothing was sent                  repeat            repeat
    sent, no usable answer            repeat            the outcome is unknown: look first
    429, 503                          repeat, slower    the outcome is unknown: look first
    Zimbra stumbled (service.FAILURE) repeat            the outcome is unknown: look first
    503 after rejected log-ins        never             the outcome is unknown: look first
    time used up, TLS, any other      never             never

Looking is the hook's own work: it begins by reading, so `puq_zimbra.hooks.dispatch` runs it once
more, which goes on where the write was carried out and repeats it where it was not. A refused token
is `connection`'s matter.

Source: `soap/SoapEngine.java` (what is refused before it is carried out); the transport never
repeats a POST by itself, which would create twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

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
from puq_zimbra.zimbra import budget

Result = TypeVar("Result")

#: how often a request is sent in all
ATTEMPTS = 3
_HARMLESS = ("Get", "Search", "Check", "Compute", "Auth", "DelegateAuth")


def may_be_made_twice(request: str) -> bool:
    """Whether a request (without "Request") leaves Zimbra as it is, or the same if made twice."""
    return request.startswith(_HARMLESS)


def by_meaning(request: str, send: Callable[[], Result]) -> Result:
    """Send a request, and again where that can do no harm.

    Raises:
        PuqZimbraError: with ``outcome_unknown`` set where a write may have been carried out.
    """
    try:
        return send()
    except PuqZimbraError as error:
        if not _may_repeat(request, error):
            raise
    # Loaded when something went wrong, and not at every start.
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())  # it would log what was called, and with what
    contexts = stamina.retry_context(
        on=lambda error: _backoff(request, error),
        attempts=ATTEMPTS - 1,
        timeout=budget.remaining(60.0),
    )
    for attempt in contexts:
        with attempt:
            return send()
    raise AssertionError("the last attempt raises")


def _may_repeat(request: str, error: PuqZimbraError) -> bool:
    if isinstance(error, TimeUsedUp | NotLoggedIn):
        return False
    if isinstance(error, NotSent):
        return True
    if not isinstance(error, (NoAnswer, Transient)):
        return False
    if may_be_made_twice(request):
        return not isinstance(error, AddressBlocked)
    error.outcome_unknown = True
    return False


def _backoff(request: str, error: Exception) -> bool | float:
    """Seconds to wait before the request is repeated, or False.

    A server that is too busy gets a second at least. Nobody waits longer than his hook may take.
    """
    if not isinstance(error, PuqZimbraError) or not _may_repeat(request, error):
        return False
    wait = random.uniform(1.0, 2.0) if isinstance(error, Overloaded) else random.uniform(0.2, 1.2)
    left = budget.remaining(wait)
    return left if left > 0 else False
