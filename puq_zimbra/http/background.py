"""What the service does beside its requests: open operations, DNS, old answers, compiled pages.

Source: `puq_zimbra.engine.work`; cron runs `puq-zimbra work` where there is no service.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from puq_zimbra.config import Config
from puq_zimbra.engine.dns import look_up_wanted
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.work import carry_on_all
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.http import server_metrics

log = logging.getLogger("puq_zimbra")

#: seconds between two times at which old answers are forgotten
_FORGET_EVERY = 60
#: seconds between two looks for domains whose DNS a page wants to know
_LOOK_EVERY = 2
#: seconds after the start: it is busy enough until then
_COMPILE_AFTER = 30
#: seconds before a job that failed is tried again, so that the log stays readable
_AFTER_TROUBLE = 5


class Background:
    """Threads beside the requests."""

    def __init__(self, runtime: Runtime, config: Config) -> None:
        self._runtime, self._every = runtime, config.http.work_every
        self._over = threading.Event()
        jobs: list[tuple[Callable[[], None], float, threading.Event]]
        jobs = [
            (self._forget, _FORGET_EVERY, self._over),
            (self._look_at_certificates, server_metrics.LOOK_EVERY, self._over),
            (self._compile_pages, _COMPILE_AFTER, self._over),
        ]
        if self._every:
            jobs.append((self._carry_on, self._every, runtime.work_waits))
            jobs.append((self._look_up, _LOOK_EVERY, self._over))
        self._threads = [
            threading.Thread(target=self._repeat, args=job, daemon=True) for job in jobs
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """End after what they are at."""
        self._over.set()
        self._runtime.work_waits.set()
        # An operation takes no longer than a hook may; what it cannot finish, it leaves open.
        for thread in self._threads:
            thread.join()

    def _repeat(self, job: Callable[[], None], seconds: float, early: threading.Event) -> None:
        """Do a job each so many seconds, and ``early`` once that is set."""
        # The certificates are known from the beginning on, not after an hour.
        wait = 0.0 if job == self._look_at_certificates else seconds
        while True:
            early.wait(wait)
            if early is not self._over:
                early.clear()  # before the look at the end: what is set after it is not lost
            if self._over.is_set():
                return
            try:
                job()
                wait = seconds
            except PuqZimbraError as error:
                wait = max(seconds, _AFTER_TROUBLE)
                log.warning("background", extra={"fields": {"code": error.code}})
            except Exception as error:  # noqa: BLE001 - a dead thread would go unnoticed
                wait = max(seconds, _AFTER_TROUBLE)
                # Only the kind: an exception's text may hold a secret.
                log.error("background", extra={"fields": {"kind": type(error).__name__}})

    def _carry_on(self) -> None:
        seconds = self._runtime.config.limits.hook_seconds
        for _kept, _reply in carry_on_all(self._runtime, seconds=seconds):
            if self._over.is_set():
                return

    def _look_up(self) -> None:
        look_up_wanted(self._runtime, self._over.is_set)

    def _look_at_certificates(self) -> None:
        server_metrics.look_at_certificates(self._runtime)

    def _compile_pages(self) -> None:
        from puq_zimbra.clientarea import compiled, render  # as late as the first page would

        folder = self._runtime.config.store_directory() / "templates"
        render.compile_all(compiled.own_folder(folder))

    def _forget(self) -> None:
        self._runtime.store().answers.forget_old()
        self._runtime.store().bulk.forget_old()
