"""A service's storage for a hook: the last reading while it is young enough, else a new one.

Source: WHMCS waits for its module while it draws a page, so Zimbra is asked as rarely as may be.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from puq_zimbra.call import Call
from puq_zimbra.errors import Busy, StoreUnusable
from puq_zimbra.model import Growth, Machines, ServiceUsage, UsagePoint
from puq_zimbra.provisioning import objects
from puq_zimbra.usage import machines, measure
from puq_zimbra.usage.sync import place_of
from puq_zimbra.zimbra import budget
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime

log = logging.getLogger("puq_zimbra")

_YEAR = timedelta(days=366)
#: how far back growth is looked for, and how many mailboxes are named
_GROWTH, _GROWING = timedelta(days=30), 10


def oldest(runtime: Runtime) -> datetime:
    """The earliest time of a reading that still counts as fresh."""
    return runtime.now() - timedelta(seconds=runtime.config.usage.max_age)


def last(call: Call, runtime: Runtime, **domain: str) -> ServiceUsage | None:
    """The service's last reading, of ``domain=`` name or ``domain_id=`` Zimbra's id, if kept."""
    try:
        return runtime.store().figures.latest(call.owner, call.sold.id, **domain)
    except (StoreUnusable, Busy):
        log.warning("last reading not to be had")
        return None


def history(one: ServiceUsage, runtime: Runtime) -> Sequence[UsagePoint]:
    """A year of a service's readings, as far as they were kept."""
    try:
        return runtime.store().history.points(one, runtime.now() - _YEAR)
    except (StoreUnusable, Busy):
        return ()


def growth(one: ServiceUsage, runtime: Runtime) -> Sequence[Growth]:
    """The mailboxes that grew the most within a month; none where no earlier day was kept."""
    try:
        found = runtime.store().history.growth(one, runtime.now() - _GROWTH, _GROWING)
    except (StoreUnusable, Busy):
        return ()
    return [grown for grown in found if grown.day < one.measured_at.date()]


def machines_of(call: Call, runtime: Runtime) -> Machines:
    """What Zimbra can tell of a private server's machines; nothing of those that are shared."""
    if call.sold.model != "server":
        return Machines()
    with budget.within(budget.remaining(runtime.config.limits.machine_seconds)):
        return machines.read(runtime.zimbra(call))


def fresh(
    call: Call, runtime: Runtime, bearer: Entry, stored: ServiceUsage | None = None
) -> ServiceUsage:
    """The figures of the call's service, whose object was found to be ours.

    Its space is the one noted there as it was just read, however old the reading. ``stored`` is
    the service's last reading, if that was looked for already.
    """
    if stored is None or stored.domain_id != bearer.id:
        stored = last(call, runtime, domain_id=bearer.id)
    now = runtime.now()
    if stored is not None and not stored.stale and oldest(runtime) <= stored.measured_at <= now:
        return replace(stored, limit=measure.space_of(bearer))
    zimbra = runtime.zimbra(call)
    held = measure.held_by(zimbra, call.stamp, objects.all_ours(zimbra, call, bearer))
    names = {cos.id: cos.name for cos in zimbra.get_all_cos()}
    read = measure.service_usage(held.tally, now, names, held.mailboxes)
    try:
        kept = runtime.store().figures.write(place_of(call.given_server), read)
    except (StoreUnusable, Busy):
        log.warning("reading not kept")  # it was read all the same
        return read
    return read if kept else (last(call, runtime, domain_id=bearer.id) or read)


def with_mailboxes(one: ServiceUsage, runtime: Runtime) -> ServiceUsage:
    """The figures with the mailboxes of the same reading."""
    if one.mailboxes:
        return one
    try:
        return replace(one, mailboxes=runtime.store().figures.mailboxes(one))
    except (StoreUnusable, Busy):
        log.warning("mailboxes of the last reading not to be had")
        return one
