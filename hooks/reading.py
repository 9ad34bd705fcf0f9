"""A service's storage for a hook: the last reading while it is young enough, else a new one.

Source: WHMCS waits for its module while it draws a page, so Zimbra is asked as rarely as may be.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from puq_zimbra.model import Call, ServiceUsage
from puq_zimbra.usage import measure
from puq_zimbra.usage.sync import place_of
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime


def oldest(runtime: Runtime) -> datetime:
    """The earliest time of a reading that still counts as fresh."""
    return runtime.now() - timedelta(seconds=runtime.config.usage.max_age)


def fresh(call: Call, runtime: Runtime, domain: Entry) -> ServiceUsage:
    """The figures of the call's service, whose domain was found to be ours."""
    assert call.service is not None
    assert call.server is not None
    stored = runtime.store().figures.latest(call.installation, call.service.id)
    if stored is not None and stored.measured_at >= oldest(runtime) and not stored.stale:
        return stored
    held = measure.held_by(runtime.zimbra(call), domain)
    now = measure.service_usage(domain, held.customers, call.stamp, runtime.now())
    runtime.store().figures.write(place_of(call.server), [now])
    return now
