"""Get info: how a service stands, and what it holds by its last reading."""

from __future__ import annotations

from typing import Any

from puq_zimbra import products
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.provisioning import suspension
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.units import megabytes

HOOK = Hook(needs=SERVICE, public=False, wait="click")


def run(request: Request, runtime: Runtime) -> Reply:
    """Read the service."""
    stamped = products.get(runtime.zimbra(request), request)
    usage = usage_reading.last(request, runtime, domain_id=stamped.id)
    data = {**suspension.standing(stamped), "usage": _shown(usage) if usage else None}
    return Reply("unchanged", "The service was read.", data=data)


def _shown(usage: ServiceUsage) -> dict[str, Any]:
    return {
        "disk_used_mb": megabytes(usage.used),
        "disk_limit_mb": None if usage.space is None else megabytes(usage.space),
        "mailboxes": usage.counts.mailboxes,
        "measured_at": usage.measured_at.isoformat(),
    }
