"""Run a worker until it is told to stop, also through hours without the database.

Procrastinate's worker ends when the database is away for longer than its pool waits. Then it is
begun anew in this process as soon as the database is back. Every few seconds each worker looks for
operations without a job and for jobs of dead workers; the job that does so in Procrastinate's
examples would itself wait behind what is stalled.

Source: Procrastinate "Retry stalled jobs"; psycopg_pool "Connection life cycle".
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.store.engine import address
from puq_zimbra.store.queue import OPERATIONS, UPKEEP
from puq_zimbra.worker import jobs

#: sweeps, and heartbeats, in the time of a lease
_SWEEPS, _BEATS = 8, 8
#: seconds before a worker that the database left is begun anew
_AFTER_TROUBLE = 2.0
#: seconds after which a server that gave no answer is asked again
_SILENT_FOR = 30.0
#: seconds to wait for a connection; what waits longer begins anew
_PATIENCE = 5.0

log = logging.getLogger("puq_zimbra")


def run(runtime: Runtime, at_once: int) -> None:
    """Work until SIGTERM or SIGINT; so many operations at once, and half as much upkeep."""
    for name in ("procrastinate", "psycopg.pool", "asyncio"):
        # What they say may hold the text of an exception, and that a secret.
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    asyncio.run(_Worker(runtime, at_once).work())


class _Worker:
    def __init__(self, runtime: Runtime, at_once: int) -> None:
        self._runtime, self._at_once = runtime, at_once
        limits = runtime.config.limits
        self._silent_servers: set[str] = set()
        self._lease, self._dead_after = limits.lease_seconds, limits.dead_seconds
        self._over = asyncio.Event()

    async def work(self) -> None:
        """Work, and begin anew after trouble, until told to stop."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(2 * self._at_once + 4))
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._over.set)
        while not self._over.is_set():
            try:
                await self._until_trouble()
            except PuqZimbraError as error:
                log.warning("worker.waits", extra={"fields": {"code": error.code}})
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may do
                log.warning("worker.waits", extra={"fields": {"kind": type(error).__name__}})
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), _AFTER_TROUBLE)

    async def _until_trouble(self) -> None:
        # Begins with the store's own connection, which fails soon while the database is away.
        await asyncio.to_thread(lambda: self._runtime.store().prepare_queue())
        app = self._app()
        async with app.open_async():
            log.info("worker.ready")
            upkeep = max(1, self._at_once // 2)
            parts = [
                asyncio.create_task(self._queue(app, OPERATIONS, self._at_once)),
                asyncio.create_task(self._queue(app, UPKEEP, upkeep)),
                asyncio.create_task(self._sweep(app)),
                asyncio.create_task(self._over.wait()),
            ]
            done, others = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for one in others:
                one.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for one in done:
                one.result()

    def _app(self) -> procrastinate.App:
        url = address(self._runtime.config)
        known: dict[str, Any] = url.translate_connect_args(username="user", database="dbname")
        connector = procrastinate.PsycopgConnector(
            kwargs={**known, **url.query, "connect_timeout": 5, "tcp_user_timeout": 15_000},
            timeout=_PATIENCE,
            min_size=1,
            max_size=self._at_once + 6,
        )
        app = procrastinate.App(connector=connector)
        jobs.add_to(app, self._runtime, self._silent_servers)
        return app

    async def _queue(self, app: procrastinate.App, queue: str, at_once: int) -> None:
        await app.run_worker_async(
            queues=[queue],
            concurrency=at_once,
            install_signal_handlers=False,
            update_heartbeat_interval=self._lease / _BEATS,
            stalled_worker_timeout=4 * self._dead_after,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
        )

    async def _sweep(self, app: procrastinate.App) -> None:
        cleared = time.monotonic()
        while True:
            await asyncio.to_thread(lambda: self._runtime.store().sweep())
            stalled = app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._dead_after)
            for job in await stalled:
                await _again(app, job)
            if time.monotonic() > cleared + _SILENT_FOR:
                self._silent_servers.clear()
                cleared = time.monotonic()
            await asyncio.sleep(self._lease / _SWEEPS)


async def _again(app: procrastinate.App, job: Job) -> None:
    """Give the job of a dead worker to the living, unless it waits a second time already."""
    try:
        await app.job_manager.retry_job(job)
    except ConnectorException:
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
