"""The heartbeat of an operation: it renews the lease while its process lives.

It makes nobody fail: when the lease is lost, or the store away, the next write finds out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.store.operations.steps import Steps

#: how often a lease is renewed in its own time
_BEATS = 6

log = logging.getLogger("puq_zimbra")


@contextmanager
def of(steps: Steps) -> Iterator[None]:
    """Renew the lease of a run while what is inside is done."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(steps, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(steps: Steps, over: threading.Event) -> None:
    while not over.wait(steps.lease_seconds / _BEATS):
        try:
            steps.renew()
        except PuqZimbraError as error:
            log.info("lease.not_renewed", extra={"fields": {"code": error.code}})
        except Exception as error:  # noqa: BLE001 - a dead thread would go unnoticed
            log.warning("lease.not_renewed", extra={"fields": {"kind": type(error).__name__}})
