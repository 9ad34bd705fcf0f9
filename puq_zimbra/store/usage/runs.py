"""Runs of the usage sync: where a stopped one goes on.

A server counts as read by a run when its last whole reading is not older than the run.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from puq_zimbra.store import locks
from puq_zimbra.store.engine import writer
from puq_zimbra.store.tables import sync_run, whole
from puq_zimbra.store.usage.commit_reading import AHEAD
from puq_zimbra.store.usage.usage_store import seconds, time


class Runs:
    """The last run."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writer = engine, writer(engine, locks.SYNC_RUN)

    def begin(self, now: datetime, *, resume: bool) -> tuple[datetime, bool]:
        """Begin a run, or go on with the last one if it was stopped.

        Returns when it began, and whether it is gone on with.
        """
        with self._writer.begin() as connection:
            last = connection.execute(sa.select(sync_run)).first()
            if resume and last is not None and last.ended_at is None:
                return time(last.began_at), True
            connection.execute(sync_run.delete())
            connection.execute(sync_run.insert(), {"began_at": seconds(now)})
        return now, False

    def end(self, began: datetime, now: datetime) -> None:
        """Note that a run came to its end."""
        mine = sync_run.c.began_at == seconds(began)
        with self._writer.begin() as connection:
            connection.execute(sync_run.update().where(mine).values(ended_at=seconds(now)))

    def has_read(self, server: str, began: datetime, now: datetime) -> bool:
        """Whether a run has read a server (host and port) whole, no service left behind."""
        mine = sa.select(whole.c.measured_at).where(whole.c.server == server, whole.c.complete == 1)
        with self._engine.connect() as connection:
            at = connection.execute(mine).scalar()
        return at is not None and seconds(began) <= at <= seconds(now) + AHEAD
