"""The host administrator's view of a service, a line each: its state, what was sold and is held.

What was done last and what waits are read from the store, differences from Zimbra as long as the
service is small enough for a page; staff press *Check* for a larger one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from puq_zimbra import i18n, products
from puq_zimbra.clientarea import staff, views
from puq_zimbra.clientarea.format import Figures
from puq_zimbra.clientarea.render import admin_fields
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.products import drift
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.registry.hook import LIMITS, SERVICE, SUSPENSION, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.usage import measure
from puq_zimbra.zimbra.answers import Entry

from . import client_area
from .drift import told

log = logging.getLogger(__name__)

HOOK = Hook(
    needs=SERVICE,
    public=False,
    whmcs=("AdminServicesTabFields",),
    plan={LIMITS, SUSPENSION},
    wait="page",
)
#: mailboxes up to which a page can wait for all of them to be read
_SMALL = 500
#: references that the row of waiting operations has place for
_MOST = 10


def run(request: Request, runtime: Runtime) -> Reply:
    """Give the lines."""
    stamped = products.get(runtime.zimbra(request), request)
    request = products.as_found(request, stamped)
    usage = usage_reading.last(request, runtime, domain_id=stamped.id)
    state = client_area.state_of(request, stamped)
    fields = admin_fields(request, state, usage, now=runtime.now())
    zone = views.time_zone(request.time_zone)
    figures = Figures(i18n.language(request.locale), zone, runtime.now())
    last, waiting = _operations(request, runtime)
    seen = staff.Seen(usage, last, waiting, _differences(request, runtime, stamped, usage))
    fields |= staff.rows(request, seen, figures)
    return Reply("unchanged", "The service was read.", data={"fields": fields})


def _operations(
    request: Request, runtime: Runtime
) -> tuple[staff.Operation | None, Sequence[staff.Operation] | None]:
    """The last operation, and those that wait; None where the store cannot be asked."""
    whose = (request.installation_id, request.purchase.id)
    try:
        acts, _ = runtime.store().activity.of(*whose, 0, 1)
        waiting = runtime.store().operations.unfinished(*whose)
    except PuqZimbraError:
        log.warning("operations not available")
        return None, None
    last = [
        staff.Operation(one.event, one.state, one.reference, one.ended_at or one.started_at)
        for one in acts
    ]
    return next(iter(last), None), [
        staff.Operation(one.event, one.state, one.id, one.started_at) for one in waiting[:_MOST]
    ]


def _differences(
    request: Request, runtime: Runtime, stamped: Entry, usage: ServiceUsage | None
) -> Sequence[staff.Difference] | None:
    """How Zimbra differs from what was sold; None if that cannot be read for a page."""
    if usage is not None and usage.counts.mailboxes > _SMALL:
        return None
    zimbra = runtime.zimbra(request)
    try:
        everything = products.everything(zimbra, request, stamped)
        held = measure.held_by(zimbra, request.stamp, everything)
        items = drift.of_whole(zimbra, request, everything, held)
    except PuqZimbraError:
        log.warning("drift not available")
        return None
    return [staff.told_of(one) for one in told(items)]
