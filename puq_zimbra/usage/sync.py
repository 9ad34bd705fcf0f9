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

from puq_zimbra.call import Server
from puq_zimbra.errors import Conflict, PuqZimbraError
from puq_zimbra.model import ServiceUsage
from puq_zimbra.store.database import Store
from puq_zimbra.store.figures import Figures
from puq_zimbra.usage.collect import collect
from puq_zimbra.usage.measure import service_usage
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.listings import Progress

log = logging.getLogger("puq_zimbra")


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


@dataclass(frozen=True)
class Reading:
    """What was kept of a server."""

    services: list[ServiceUsage]
    #: stamps of the services whose figures stay as they were
    left_out: frozenset[str]
    #: whether some of those were not read whole, which another try may do
    again: bool


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


def place_of(server: Server) -> str:
    """The server as the store names it: host and port."""
    return server.place


def sync_server(
    name: str,
    server: Server,
    connect: Callable[[Server], Zimbra],
    store: Store,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Result:
    """Measure one server's services and keep the figures, or mark the old ones as stale."""
    place = place_of(server)
    try:
        zimbra = connect(server)
        reading = read(zimbra, store.figures, place, now, progress)
    except PuqZimbraError as error:
        store.figures.note_failure(place, now)
        return Result(name, 0, 0, error, error.retryable)
    _sum_up(zimbra, reading.services)
    problem = None
    if reading.left_out:
        problem = Conflict(
            "The figures of these services stay as they were, because they were not read whole,"
            " have no clear owner or fell too low to be believed at once: %(stamps)s.",
            stamps=", ".join(sorted(reading.left_out)[:10]),
        )
    mailboxes = sum(one.counts.mailboxes for one in reading.services)
    return Result(name, len(reading.services), mailboxes, problem, reading.again)


def read(
    zimbra: Zimbra,
    figures: Figures,
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
    return Reading([one for _, one in readings], found.failed | held, again)


def _sum_up(zimbra: Zimbra, readings: Sequence[ServiceUsage]) -> None:
    """Have Zimbra sum up its domains, so that it enforces their quotas, if it lets us."""
    if not any(one.limit is not None for one in readings):
        return
    try:
        zimbra.compute_aggregate_quota_usage()
    except PuqZimbraError as error:
        # The figures are read and kept all the same; Zimbra's own cron sums up later.
        log.warning("sum up", extra={"fields": {"server": zimbra.server.host, "code": error.code}})
