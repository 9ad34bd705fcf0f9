"""Usage: the storage of one service, or of all services of a server for the host's daily update.

Values of the last sync are used if they are fresh enough; otherwise Zimbra is read now. If Zimbra
cannot be read, the answer is an error, never zeros.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra import products
from puq_zimbra.engine import checks, usage_notices, usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.registry.hook import INSTALLATION, NAME, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Plan, Request
from puq_zimbra.units import megabytes, shown_address, shown_domain
from puq_zimbra.usage import metrics

HOOK = Hook(
    needs=INSTALLATION,
    whmcs=("UsageUpdate", "MetricProvider"),
    wait="server",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Measure, or give the last fresh measurement."""
    complete = True
    if request.service is not None:
        readings = [_one(request, runtime)]
    else:
        readings, complete = _all(request, runtime)
    rows = [_row(one) for one in readings]
    return Reply(
        "unchanged",
        "Usage was read for %(count)s services.",
        {"count": len(rows)},
        data={
            "complete": complete,
            "rows": rows,
            "metrics": {_name(one): _metrics(one, request, runtime) for one in readings},
            "classes": runtime.config.usage.cos_slots,
            "notices": usage_notices.told(request, runtime),
        },
    )


def _name(one: ServiceUsage) -> str:
    return shown_address(one.address) or shown_domain(one.domain)


def _metrics(one: ServiceUsage, request: Request, runtime: Runtime) -> dict[str, int | float]:
    settings = runtime.config.usage
    plan = request.service.plan if request.service is not None else Plan()
    locked = settings.bill_locked if plan.bill_locked is None else plan.bill_locked
    closed = settings.bill_closed if plan.bill_closed is None else plan.bill_closed
    return metrics.metrics(
        one, settings.cos_slots, locked=locked, closed=closed, in_bin=settings.bill_bin
    )


def _one(request: Request, runtime: Runtime) -> ServiceUsage:
    checks.require(request, (NAME,))
    return usage_reading.fresh(request, runtime, products.get(runtime.zimbra(request), request))


def _all(request: Request, runtime: Runtime) -> tuple[list[ServiceUsage], bool]:
    """The installation's services, and whether all of them were read."""
    from puq_zimbra.usage.sync import read

    place, figures = request.zimbra_server.host_port, runtime.store().usage
    oldest = usage_reading.oldest(runtime)
    now = runtime.now()
    stored = figures.latest_of_server(place, request.installation_id, oldest, now)
    if stored is None:
        read(runtime.zimbra(request), figures, place, now)
        # Read back: a sum that fell too low to be believed is kept back there.
        stored = figures.latest_of_server(place, request.installation_id, oldest, now)
    return stored or ([], False)


def _row(one: ServiceUsage) -> dict[str, Any]:
    return {
        "service_id": one.service_id,
        "domain": shown_domain(one.domain),
        "username": shown_address(one.address),
        "disk_used_mb": megabytes(one.used),
        "disk_limit_mb": 0 if one.space is None else max(1, megabytes(one.space)),
        "measured_at": one.measured_at.isoformat(),
        "complete": True,
    }
