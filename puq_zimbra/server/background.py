"""What the service does besides answering: carry on open operations, forget old answers.

Source: `puq_zimbra.commands.work`, which cron runs where there is no service.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from puq_zimbra.commands.work import carry_on_all
from puq_zimbra.config import Config
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.hooks.runtime import Runtime

log = logging.getLogger("puq_zimbra")

#: seconds between two times at which old answers are forgotten
_FORGET_EVERY = 60


class Background:
    """Threads beside the door."""

    def __init__(self, runtime: Runtime, config: Config) -> None:
        self._runtime, self._every = runtime, config.http.work_every
        self._over = threading.Event()
        jobs: list[tuple[Callable[[], None], float]] = [(self._forget, _FORGET_EVERY)]
        if self._every:
            jobs.append((self._carry_on, self._every))
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
        # An operation takes no longer than a hook may; what it cannot finish, it leaves open.
        for thread in self._threads:
            thread.join()

    def _repeat(self, job: Callable[[], None], seconds: float) -> None:
        while not self._over.wait(seconds):
            try:
                job()
            except PuqZimbraError as error:
                log.warning("background", extra={"fields": {"code": error.code}})
            except Exception as error:  # noqa: BLE001 - a thread that died would be missed by nobody
                # Only the kind: an exception's text may hold a secret.
                log.error("background", extra={"fields": {"kind": type(error).__name__}})

    def _carry_on(self) -> None:
        seconds = self._runtime.config.limits.hook_seconds
        for _kept, _reply in carry_on_all(self._runtime, seconds=seconds):
            if self._over.is_set():
                return

    def _forget(self) -> None:
        self._runtime.store().answers.forget_old()
