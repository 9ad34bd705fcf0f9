"""A service's storage for a hook: the last reading while it is young enough, else a new one.

Source: WHMCS waits for its module while it draws a page, so Zimbra is asked as rarely as may be.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from puq_zimbra.call import Call
from puq_zimbra.errors import StoreUnusable
from puq_zimbra.model import ServiceUsage
from puq_zimbra.usage import measure
from puq_zimbra.usage.sync import place_of
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime

log = logging.getLogger("puq_zimbra")


def oldest(runtime: Runtime) -> datetime:
    """The earliest time of a reading that still counts as fresh."""
    return runtime.now() - timedelta(seconds=runtime.config.usage.max_age)


def fresh(call: Call, runtime: Runtime, domain: Entry) -> ServiceUsage:
    """The figures of the call's service, whose domain was found to be ours."""
    stored = runtime.store().figures.latest(call.owner, call.sold.id)
    if stored is not None and stored.measured_at >= oldest(runtime) and not stored.stale:
        return stored
    held = measure.held_by(runtime.zimbra(call), domain)
    now = measure.service_usage(domain, held.customers, call.stamp, runtime.now())
    try:
        runtime.store().figures.write(place_of(call.given_server), [now])
    except StoreUnusable:
        log.warning("reading not kept")  # it was read all the same
    return now
