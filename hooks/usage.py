"""Usage: the storage of one service, or of all services of a server for the host's daily update.

Figures of the last sync serve when they are young enough; otherwise Zimbra is read now. Zimbra that
cannot be read is an error, never a row of zeros.
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.call import Call, Plan
from puq_zimbra.model import Reply, ServiceUsage
from puq_zimbra.provisioning import objects
from puq_zimbra.units import megabytes, shown_address, shown_domain
from puq_zimbra.usage import metrics

from . import needs, notices, reading
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Measure, or give the last fresh measurement."""
    complete = True
    if call.service is not None:
        readings = [_one(call, runtime)]
    else:
        readings, complete = _all(call, runtime)
    rows = [_row(one) for one in readings]
    return Reply(
        "unchanged",
        "Usage was read for %(count)s services.",
        {"count": len(rows)},
        data={
            "complete": complete,
            "rows": rows,
            "metrics": {_name(one): _metrics(one, call, runtime) for one in readings},
            "notices": notices.told(call, runtime),
        },
    )


def _name(one: ServiceUsage) -> str:
    return shown_address(one.address) or shown_domain(one.domain)


def _metrics(one: ServiceUsage, call: Call, runtime: Runtime) -> dict[str, int | float]:
    settings = runtime.config.usage
    plan = call.service.plan if call.service is not None else Plan()
    locked = settings.bill_locked if plan.bill_locked is None else plan.bill_locked
    closed = settings.bill_closed if plan.bill_closed is None else plan.bill_closed
    return metrics.metrics(one, settings.cos_slots, locked=locked, closed=closed)


def _one(call: Call, runtime: Runtime) -> ServiceUsage:
    needs.check(call, (needs.NAME,))
    return reading.fresh(call, runtime, objects.get_ours(runtime.zimbra(call), call))


def _all(call: Call, runtime: Runtime) -> tuple[list[ServiceUsage], bool]:
    """The installation's services, and whether all of them were read."""
    from puq_zimbra.usage.sync import place_of, read

    place, figures = place_of(call.given_server), runtime.store().figures
    oldest = reading.oldest(runtime)
    stored = figures.latest_of_server(place, call.owner, oldest)
    if stored is None:
        read(runtime.zimbra(call), figures, place, runtime.now())
        # Read back: a sum that fell too low to be believed is kept back there.
        stored = figures.latest_of_server(place, call.owner, oldest)
    return stored or ([], False)


def _row(one: ServiceUsage) -> dict[str, Any]:
    return {
        "service_id": one.service_id,
        "domain": shown_domain(one.domain),
        "username": shown_address(one.address),
        "disk_used_mb": megabytes(one.used),
        "disk_limit_mb": megabytes(one.space or 0),
        "measured_at": one.measured_at.isoformat(),
        "complete": True,
    }
