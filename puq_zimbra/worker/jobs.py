"""What the workers of a cluster do: a job is a name and whom it is about, never a decision.

Operations are decided by their leases (`puq_zimbra.store.operations`), so two workers with the same
job do no harm. The queue's own lock is not used: a suspension that fails would hold up the
unsuspension behind it. A job of an operation lives until that is over, and is tried again ever more
seldom; one that finds it over, or at work somewhere, ends at once.

Source: Procrastinate "Define a retry strategy", "Launch a task periodically", "Queueing locks".
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job

from puq_zimbra.cli.purge import due_on
from puq_zimbra.engine.dns import look_up_wanted
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.work import carry_on_one
from puq_zimbra.store.queue import CARRY_ON, OPERATIONS, UPKEEP
from puq_zimbra.usage.sync import sync_server

#: seconds before an operation is tried again: at first, and at the most
_SOON, _SELDOM = 5, 600

log = logging.getLogger("puq_zimbra")


class NotOver(Exception):
    """An operation that is tried again later."""


class _EverMoreSeldom(procrastinate.BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: Job) -> Any:
        # Only what Zimbra did not finish is tried ever more seldom; the rest is on our side.
        more = min(job.attempts, 10) if isinstance(exception, NotOver) else 0
        seconds = min(_SELDOM, _SOON * 2**more)
        wait = max(1, round(seconds * random.uniform(0.75, 1.25)))
        return procrastinate.RetryDecision(retry_in={"seconds": wait})


def add_to(app: procrastinate.App, runtime: Runtime, silent_servers: set[str]) -> None:
    """Declare all jobs; ``silent_servers`` are those that are not asked for a while."""

    def carry_on(operation: str) -> None:
        if carry_on_one(operation, runtime, silent_servers) is None:
            return
        kept = runtime.store().operations.get(operation)
        if kept is not None and kept.ended_at is None:
            raise NotOver(operation)

    def measure(server: str) -> None:
        known, store = runtime.config.server(server), runtime.store()
        result = sync_server(server, known, runtime.zimbra_of, store, datetime.now(UTC))
        if result.again:
            result = sync_server(server, known, runtime.zimbra_of, store, datetime.now(UTC))
        fields = {"server": server, "mailboxes": result.mailboxes, "complete": not result.error}
        log.info("usage.measured", extra={"fields": fields})

    def purge(server: str) -> None:
        for line in due_on(server, runtime):
            log.info("purge", extra={"fields": vars(line)})

    app.task(name=CARRY_ON, queue=OPERATIONS, retry=_EverMoreSeldom())(carry_on)
    settings = runtime.config.cluster
    _for_each_server(app, runtime, settings.usage, measure)
    _for_each_server(app, runtime, settings.purge, purge)
    _periodic(app, settings.prune, "prune", lambda: _prune(runtime))
    _periodic(app, "* * * * *", "look_up", lambda: look_up_wanted(runtime))


def _for_each_server(
    app: procrastinate.App, runtime: Runtime, cron: str, of_server: Callable[[str], None]
) -> None:
    """Do something for each configured server, a job for each, never two of one waiting."""
    name = of_server.__name__
    task = app.task(name=name, queue=UPKEEP)(of_server)

    async def of_each(timestamp: int) -> None:
        for server in runtime.config.servers:
            with suppress(AlreadyEnqueued):
                await task.configure(queueing_lock=f"{name} {server}").defer_async(server=server)

    if cron:
        app.periodic(cron=cron)(app.task(name=f"{name}_each", queue=UPKEEP)(of_each))


def _periodic(app: procrastinate.App, cron: str, name: str, work: Callable[[], object]) -> None:
    def job(timestamp: int) -> None:
        work()

    if cron:
        app.periodic(cron=cron)(app.task(name=name, queue=UPKEEP, queueing_lock=name)(job))


def _prune(runtime: Runtime) -> None:
    store, config = runtime.store(), runtime.config
    store.history.prune(datetime.now(UTC), config.usage)
    store.forget_ended(config.store.keep_operations_days)
    store.answers.forget_old()
    store.bulk.forget_old()
