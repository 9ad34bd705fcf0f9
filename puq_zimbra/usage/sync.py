"""The usage sync: measure every service of every configured server and keep it.

A server that fails leaves its figures as they were, marked as stale, and stops no other.

Source: WHMCS "Usage Update" (a cron of its own spares the host's); ComputeAggregateQuotaUsage.java
(Zimbra acts on a domain's quota only after this sum was made).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.call import Server
from puq_zimbra.errors import Conflict, PuqZimbraError
from puq_zimbra.model import ServiceUsage
from puq_zimbra.store.database import Store
from puq_zimbra.usage.collect import collect
from puq_zimbra.zimbra.client import Zimbra

log = logging.getLogger("puq_zimbra")


@dataclass(frozen=True)
class Result:
    """What became of one server."""

    name: str
    services: int
    mailboxes: int
    #: None = everything was read whole
    error: PuqZimbraError | None


def place_of(server: Server) -> str:
    """The server as the store names it: host and port."""
    return server.place


def sync_server(
    name: str,
    server: Server,
    connect: Callable[[Server], Zimbra],
    store: Store,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Result:
    """Measure one server's services and keep the figures, or mark the old ones as stale."""
    try:
        zimbra = connect(server)
        collected = collect(zimbra, now, progress)
    except PuqZimbraError as error:
        store.figures.note_failure(place_of(server), now)
        return Result(name, 0, 0, error)
    readings, failed = collected.readings, collected.failed
    held = store.figures.write(place_of(server), readings, whole_at=now, failed=failed)
    _sum_up(zimbra, readings)
    problem = None
    if failed or held:
        problem = Conflict(
            "The figures of these services stay as they were, because they were not read whole,"
            " have no clear owner or fell too low to be believed at once: %(stamps)s.",
            stamps=", ".join(sorted(failed | held)[:10]),
        )
    return Result(name, len(readings), sum(len(one.mailboxes) for one in readings), problem)


def _sum_up(zimbra: Zimbra, readings: Sequence[ServiceUsage]) -> None:
    """Have Zimbra sum up its domains, so that it enforces their quotas, if it lets us."""
    if not any(one.limit is not None for one in readings):
        return
    try:
        zimbra.compute_aggregate_quota_usage()
    except PuqZimbraError as error:
        # The figures are read and kept all the same; Zimbra's own cron sums up later.
        log.warning("sum up", extra={"fields": {"server": zimbra.server.host, "code": error.code}})
