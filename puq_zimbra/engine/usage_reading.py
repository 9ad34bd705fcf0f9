"""A service's storage for a hook: the last reading while it is fresh enough, else a new one.

Source: WHMCS waits for its module while it draws a page, so Zimbra is asked as rarely as possible.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from puq_zimbra import products
from puq_zimbra.errors import Busy, StoreAway, StoreUnusable
from puq_zimbra.readings import Growth, Machines, ServiceUsage, UsagePoint
from puq_zimbra.request import Request
from puq_zimbra.selfservice import given_out
from puq_zimbra.usage import machines, measure
from puq_zimbra.usage.classes import Classes
from puq_zimbra.zimbra import deadline
from puq_zimbra.zimbra.answers import Entry

from .runtime import Runtime

log = logging.getLogger("puq_zimbra")

_YEAR = timedelta(days=366)
#: how far back growth is looked for, and how many mailboxes are named
_GROWTH, _GROWING = timedelta(days=30), 10


def oldest(runtime: Runtime) -> datetime:
    """The earliest time of a reading that still counts as fresh."""
    return runtime.now() - timedelta(seconds=runtime.config.usage.max_age)


def last(request: Request, runtime: Runtime, **domain: str) -> ServiceUsage | None:
    """The service's last reading, of ``domain=`` name or ``domain_id=`` Zimbra's id, if kept."""
    try:
        figures = runtime.store().usage
        return figures.latest(
            request.installation_id, request.purchase.id, now=runtime.now(), **domain
        )
    except (StoreUnusable, StoreAway, Busy):
        log.warning("last reading not available")
        return None


def left_to_give_out(request: Request, runtime: Runtime, stamped: Entry) -> int | None:
    """Bytes of the whole space that no mailbox's limit takes now; None = there is no limit."""
    if not given_out.whole(request):
        return None
    found = last(request, runtime, domain_id=stamped.id)
    usage = found and with_mailboxes(found, runtime)
    return given_out.left(runtime.zimbra(request), request, stamped, usage, runtime.now())


def history(one: ServiceUsage, runtime: Runtime) -> Sequence[UsagePoint]:
    """A year of a service's readings, as far as they were kept."""
    try:
        now = runtime.now()
        return runtime.store().history.points(one, now - _YEAR, now)
    except (StoreUnusable, StoreAway, Busy):
        return ()


def growth(one: ServiceUsage, runtime: Runtime) -> Sequence[Growth]:
    """The mailboxes that grew the most within a month; none where no earlier day was kept."""
    try:
        found = runtime.store().history.growth(one, runtime.now() - _GROWTH, _GROWING)
    except (StoreUnusable, StoreAway, Busy):
        return ()
    return [grown for grown in found if grown.day < one.measured_at.date()]


def machines_of(request: Request, runtime: Runtime) -> Machines:
    """What Zimbra knows of a private server's machines; nothing for shared ones."""
    if not products.of(request).IS_WHOLE_ZIMBRA:
        return Machines()
    with deadline.within(deadline.remaining(runtime.config.limits.machine_seconds)):
        return machines.read(runtime.zimbra(request))


def fresh(
    request: Request, runtime: Runtime, stamped: Entry, stored: ServiceUsage | None = None
) -> ServiceUsage:
    """The usage of the request's service, whose object bears its stamp.

    Its limit is always the one just read in Zimbra, however old the reading is. ``stored`` is the
    service's last reading, if it was looked up before.
    """
    if stored is None or stored.domain_id != stamped.id:
        stored = last(request, runtime, domain_id=stamped.id)
    now, zimbra = runtime.now(), runtime.zimbra(request)
    if stored is not None and not stored.stale and oldest(runtime) <= stored.measured_at <= now:
        return measure.with_space_of_now(zimbra, stamped, stored)
    classes = Classes(zimbra, complete=False)
    held = measure.held_by(
        zimbra, request.stamp, products.everything(zimbra, request, stamped), classes
    )
    read = measure.service_usage(held.tally, now, classes.names, held.mailboxes)
    try:
        kept = runtime.store().usage.write(request.zimbra_server.host_port, read)
    except (StoreUnusable, StoreAway, Busy):
        log.warning("reading not kept")  # the values are good all the same
        return read
    return read if kept else (last(request, runtime, domain_id=stamped.id) or read)


def mailboxes_now(
    request: Request, runtime: Runtime, stamped: Entry, usage: ServiceUsage | None
) -> int | None:
    """How many mailboxes there are, if the plan limits them; else None.

    Counted by Zimbra, unless ``usage`` was read just now.
    """
    if request.purchase.plan.mailboxes is None or not products.of(request).HAS_ADMINISTRATOR:
        return None
    if usage is not None and usage.mailboxes:
        return usage.counts.mailboxes
    return measure.count_mailboxes(runtime.zimbra(request), stamped)


def with_mailboxes(one: ServiceUsage, runtime: Runtime) -> ServiceUsage:
    """The usage with the mailboxes of the same reading."""
    if one.mailboxes:
        return one
    try:
        return replace(one, mailboxes=runtime.store().usage.mailboxes(one))
    except (StoreUnusable, StoreAway, Busy):
        log.warning("mailboxes of the last reading not available")
        return one
