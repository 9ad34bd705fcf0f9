"""Renew: the service was paid for again, which calls off a pending deletion.

Outside the grace period it changes nothing, and other open operations go on.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine import operations
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.provisioning import ownership
from puq_zimbra.registry.hook import ACCESS, EXISTENCE, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import restore

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={EXISTENCE, ACCESS},
    reads_first=True,
    calls_off_deletion=True,
    accepts_unmarked=True,
    whmcs=("Renew",),
)


def run(request: Request, runtime: Runtime) -> Reply:
    """See that the service is there to go on."""
    stamped = products.get(runtime.zimbra(request), request)
    request = products.as_found(request, stamped)
    if ownership.purge_at(stamped) is not None:
        operations.take_all()
        return restore.run(request, runtime)
    ownership.require_whole(stamped)
    ownership.require_created(stamped)
    return Reply(
        "unchanged", "The service %(name)s goes on as it is.", {"name": request.shown_name}
    )
