"""Purge of the bin: delete a service's mailboxes whose last day in its bin has come.

`puq-zimbra purge` calls it, and no host can. Only the marks in Zimbra decide; they are read in the
operation that deletes, and again right before each deletion. While the service is suspended or
ends, its customer cannot restore a mailbox, so the bin waits.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Refused
from puq_zimbra.provisioning import bin_end, changes, clock, ownership, suspension
from puq_zimbra.provisioning.bin_marks import marks
from puq_zimbra.registry.hook import ACCESS, EXISTENCE, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={"content:bin"},
    waits_for={EXISTENCE, ACCESS},
    public=False,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Delete what is due in the bin."""
    zimbra, now = runtime.zimbra(request), runtime.now()
    values = {"name": request.shown_name}
    stamped = products.find(zimbra, request)
    if stamped is None:
        return Reply("already_gone", "The service %(name)s does not exist any more.", values)
    ownership.require_named(stamped, request)
    clock.require_right(zimbra, now)
    if suspension.standing(stamped)["state"] != "active":
        return Reply("unchanged", "The bin of %(name)s waits: the service is not active.", values)

    def require() -> None:
        clock.require_right(zimbra, runtime.now())
        fresh = ownership.again(zimbra, request, stamped)
        if suspension.standing(fresh)["state"] != "active":
            raise Refused("The bin of %(name)s waits: the service is not active.", **values)

    steps = [
        bin_end.ended(zimbra, domain, now.date(), require)
        for domain in products.everything(zimbra, request, stamped)
        if marks(domain)
    ]
    if request.dry_run:
        return changes.tell(*steps)
    made = [change for one in steps for change in changes.apply(zimbra, one)[0]]
    if not made:
        return Reply("unchanged", "Nothing is due in the bin of %(name)s.", values)
    gone = sum(change.action == "delete" for change in made)
    message = "The bin of %(name)s was emptied of what was due: %(number)s."
    return Reply("updated", message, {**values, "number": gone})
