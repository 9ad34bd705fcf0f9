"""Purge: delete a service whose day has come; `puq-zimbra purge` calls it, and no host can.

Only the day that is noted in Zimbra decides. It is read in the operation that deletes, and again
right before the first deletion. A list made earlier is not relied on.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra import products
from puq_zimbra.engine import operations
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Refused
from puq_zimbra.provisioning import ownership
from puq_zimbra.registry.hook import ACCESS, EVERYTHING, EXISTENCE, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry

from . import terminate

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects=EVERYTHING,
    waits_for={EXISTENCE, ACCESS},
    reads_first=True,
    ends_service=True,
    is_final=True,
    changes_list=True,
    public=False,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """End the service if its day has come."""
    zimbra = runtime.zimbra(request)
    stamped = products.find(zimbra, request)
    if stamped is None:
        return terminate.gone(request)
    ownership.require_named(stamped, request)
    today = runtime.now().date()

    def require_due(entry: Entry) -> None:
        if not is_due(entry, today):
            raise Refused(
                "The deletion of %(name)s was called off: it stays.", name=request.shown_name
            )
        operations.take_all()

    if not is_due(stamped, today):
        values = {"name": request.shown_name}
        return Reply("unchanged", "The service %(name)s is not due for its deletion.", values)
    return terminate.delete(request, runtime, stamped, require_due)


def is_due(entry: Entry, today: date) -> bool:
    """Whether the day of an object's deletion has come."""
    due = ownership.purge_at(entry)
    return due is not None and due <= today
