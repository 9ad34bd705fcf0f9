"""Restore: call off a service's termination, and give it back the status it had before."""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.provisioning import ownership
from puq_zimbra.registry.hook import ACCESS, EXISTENCE, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import unsuspend

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={EXISTENCE, ACCESS},
    calls_off_deletion=True,
    accepts_unmarked=True,
    whmcs=("Restore",),
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Take the service back from its termination with grace, or from being kept.

    A service that was merely suspended stays so: that is for `unsuspend`.
    """
    stamped = products.get(runtime.zimbra(request), request)
    request = products.as_found(request, stamped)
    ownership.require_whole(stamped)
    values = {"name": request.shown_name}
    if ownership.purge_at(stamped) is None and not ownership.is_kept(stamped):
        ownership.require_created(stamped)
        return Reply("unchanged", "The service %(name)s waits for no deletion.", values)
    done = Reply("updated", "The service %(name)s was restored.", values)
    shut = N_(
        "The service %(name)s was restored, but an administrator keeps it shut in Zimbra"
        " (%(statuses)s) and must open it there."
    )
    reply = unsuspend.give_back(request, runtime, stamped, done, shut)
    # Only now: `create` finishes nothing that waits for its deletion.
    ownership.require_created(stamped)
    return reply
