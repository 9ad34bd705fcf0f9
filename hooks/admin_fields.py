"""The host administrator's view of a service: its state and storage, a line each."""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.clientarea.render import admin_fields
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import LIMITS, SERVICE, SUSPENSION, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import client_area

HOOK = Hook(
    needs=SERVICE,
    public=False,
    whmcs=("AdminServicesTabFields",),
    plan={LIMITS, SUSPENSION},
    wait="page",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give the lines."""
    stamped = products.get(runtime.zimbra(request), request)
    request = products.as_found(request, stamped)
    usage = usage_reading.last(request, runtime, domain_id=stamped.id)
    state = client_area.state_of(request, stamped)
    fields = admin_fields(request, state, usage, now=runtime.now())
    return Reply("unchanged", "The service was read.", data={"fields": fields})
