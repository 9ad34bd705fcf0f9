"""The usage sync: measure every service of every configured server and keep it.

A server that fails leaves its figures as they were, marked as stale, and stops no other. Servers
are read at once, each with one request at a time.

Source: WHMCS "Usage Update" (a cron of its own spares the host's); ComputeAggregateQuotaUsage.java
(Zimbra acts on a domain's quota only after this sum was made).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.errors import Conflict, PuqZimbraError, Unavailable, Unexpected, shown
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.store.database import Store
from puq_zimbra.store.usage.usage_store import UsageStore
from puq_zimbra.usage.collect import collect
from puq_zimbra.usage.measure import service_usage
from puq_zimbra.usage.parts import Lost
from puq_zimbra.zimbra import versions
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.paging import Progress
from puq_zimbra.zimbra_server import Server

log = logging.getLogger("puq_zimbra")

_COUNTED_TWICE = (
    "this is a Carbonio, which counts a domain's mail twice: it is not asked to sum up, and where"
    " its own cron does, a domain is shut at half of its quota"
)
#: addresses that a note names
_NAMED = 10


@dataclass(frozen=True)
class Result:
    """What became of one server."""

    name: str
    services: int
    mailboxes: int
    #: None = everything was read whole
    error: PuqZimbraError | None
    #: whether another try may read more
    again: bool = False
    #: what the provider should know although everything was read
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What was kept of a server."""

    services: list[ServiceUsage]
    #: stamps of the services whose figures stay as they were
    left_out: frozenset[str]
    #: whether some of those were not read whole, which another try may do
    again: bool
    #: mailbox servers that gave no figures
    lost: Lost
    #: mailboxes that are billed and called like accounts of Zimbra's own
    lookalikes: tuple[str, ...]


def sync_all(
    names: Sequence[str],
    sync_one: Callable[[str], Result],
    jobs: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Result]:
    """Sync servers, so many at once; once all are through, what was not read whole is tried again.

    ``progress`` hears how many servers of how many were read.
    """
    results: dict[str, Result] = {}

    def run(wanted: Sequence[str]) -> None:
        with ThreadPoolExecutor(jobs) as pool:
            for result in pool.map(sync_one, wanted):
                results[result.name] = result
                progress(len(results), len(names))

    run(names)
    run([one.name for one in results.values() if one.again])
    return [results[name] for name in names]


def sync_server(
    name: str,
    server: Server,
    connect: Callable[[Server], Zimbra],
    store: Store,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Measure one server's services and keep the figures, or mark the old ones as stale."""
    place = server.host_port
    try:
        zimbra = connect(server)
        reading = read(zimbra, store.usage, place, now, progress)
    except Exception as error:  # noqa: BLE001 - one server keeps no other from being read
        problem = error if isinstance(error, PuqZimbraError) else Unexpected(error)
        store.usage.note_failure(place, now)
        return Result(name, 0, 0, problem, problem.retryable)
    notes = _notes(reading) + _sum_up(zimbra, reading.services)
    mailboxes = sum(one.counts.mailboxes for one in reading.services)
    return Result(name, len(reading.services), mailboxes, _left_out(reading), reading.again, notes)


def _left_out(reading: Reading) -> PuqZimbraError | None:
    """The error for services whose figures stayed behind, if there are any."""
    if not reading.left_out:
        return None
    stamps = ", ".join(sorted(reading.left_out)[:10])
    if reading.lost.servers:
        return Unavailable(
            "The mailbox server %(servers)s gives no figures: look at it, or take it out of the"
            " directory. Those of these services stay as they were: %(stamps)s.",
            servers=reading.lost.names,
            stamps=stamps,
        )
    return Conflict(
        "The figures of these services stay as they were, because they were not read whole,"
        " cannot be used, have no clear owner or fell too low to be believed at once:"
        " %(stamps)s.",
        stamps=stamps,
    )


def _notes(reading: Reading) -> tuple[str, ...]:
    notes = []
    if reading.lost.servers and not reading.left_out:
        notes.append(
            f"the mailbox server {shown(reading.lost.names)} gives no figures; no service has a"
            " mailbox there, so nothing is missing"
        )
    if reading.lookalikes:
        named = ", ".join(map(shown, reading.lookalikes[:_NAMED]))
        more = len(reading.lookalikes) - _NAMED
        notes.append(
            "these mailboxes are called like Zimbra's own accounts and are billed, since Zimbra"
            f" does not mark them as its own: {named}" + (f" and {more} more" if more > 0 else "")
        )
    return tuple(notes)


def read(
    zimbra: Zimbra,
    figures: UsageStore,
    place: str,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Reading:
    """Read all services of a Zimbra and keep the figures.

    Raises:
        NoAnswer: it was not read whole; nothing was kept.
    """
    with figures.stage() as stage:
        found = collect(zimbra, stage, progress)
        readings = [(one.number, service_usage(one, now, found.cos_names)) for one in found.tallies]
        held = figures.keep(
            place, stage, readings, whole_at=now, failed=found.failed, complete=found.whole
        )
    # Not where something is held back: so soon, a second reading says no more than the first.
    again = bool(found.failed - found.unclear) and not held
    left_out = found.failed | held
    services = [one for _, one in readings]
    return Reading(services, left_out, again, found.lost, found.lookalikes)


def _sum_up(zimbra: Zimbra, readings: Sequence[ServiceUsage]) -> tuple[str, ...]:
    """Have Zimbra sum up its domains, so that it enforces their quotas, if it lets us.

    Carbonio counts each mailbox twice there (`Provisioning.java`, a server with the services
    ``mailbox`` and ``service``), and would shut a domain at half of what was sold.
    """
    if not any(one.limit is not None for one in readings):
        return ()
    try:
        if versions.is_carbonio(zimbra.get_version_info()):
            return (_COUNTED_TWICE,)
        zimbra.compute_aggregate_quota_usage()
    except PuqZimbraError as error:
        # The figures are read and kept all the same; Zimbra's own cron sums up later.
        log.warning("sum up", extra={"fields": {"server": zimbra.server.host, "code": error.code}})
    return ()
