"""A process that carries on an import, to be killed; forked from one that loaded everything."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["__main__", "sqlite3", "sqlalchemy.dialects.sqlite", "zeep", "stamina",
     "puq_zimbra.engine.unfinished", "puq_zimbra.hooks.import_mailboxes"]
)  # fmt: skip


def carry_on(settings: str, reference: str) -> None:
    """Carry on an operation, as `puq-zimbra work` does."""
    from puq_zimbra.engine import unfinished
    from puq_zimbra.engine.runtime import Runtime

    unfinished.carry_on(reference, Runtime(Path(settings)))
