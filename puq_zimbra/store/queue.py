"""The queue of a store that several machines share: Procrastinate's tables beside ours.

A job says "look at this operation now" and no more: the operation and its lease decide. It is put
in with the transaction that leaves the operation open. What has no job, because a process died or
the machine lacks the extra `cluster`, is swept up.

The tables are made by the first worker and brought up to date by the first one with a newer
Procrastinate. Which of its files were applied stands in the comment of its table.

Source: Procrastinate "Use transactions", "Migrations", "Retry stalled jobs".
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.registry.hook import ACCESS, EXISTENCE
from puq_zimbra.store import locks, slots
from puq_zimbra.store.engine import writer

if TYPE_CHECKING:
    import procrastinate

#: the queues: what hosts wait for, and what is done on its day
OPERATIONS, UPKEEP = "operations", "upkeep"
CARRY_ON = "carry_on"
#: operations that one sweep puts in
_SWEPT_AT_ONCE = 500
_HAS_TABLES = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"
_APPLIED = "SELECT obj_description('procrastinate_jobs'::regclass)"
_INDEXES = (
    # Without it, to fetch one of many jobs that wait behind a lock takes seconds.
    "CREATE INDEX IF NOT EXISTS puqz_jobs_lock ON procrastinate_jobs (lock, priority DESC, id)"
    " WHERE status IN ('todo', 'doing')",
    "CREATE INDEX IF NOT EXISTS puqz_jobs_operation ON procrastinate_jobs ((args->>'operation'))"
    " WHERE status IN ('todo', 'doing')",
)
_JOB_OF = sa.text(
    "SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    " AND args->>'operation' = :operation"
)
_WITHOUT_JOB = sa.text(
    "SELECT o.id, o.aspects, o.state FROM operation o WHERE o.state IN ('open', 'running')"
    " AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.installation = o.installation"
    " AND l.service_id = o.service_id AND l.operation = o.id"
    " AND l.until > extract(epoch FROM clock_timestamp()))"
    " AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')"
    " AND j.args->>'operation' = o.id"
    # Whose worker died does not wait for the time of a later try.
    " AND (o.state = 'open' OR j.status = 'doing' OR coalesce(j.scheduled_at, now()) <= now()))"
    " ORDER BY o.number LIMIT :most"
)
_FIGURES = sa.text(
    "SELECT j.queue_name AS queue,"
    " count(*) FILTER (WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now())"
    "  AS waiting,"
    " count(*) FILTER (WHERE j.status = 'todo' AND j.scheduled_at > now()) AS later,"
    " count(*) FILTER (WHERE j.status = 'doing') AS doing,"
    " count(*) FILTER (WHERE j.status = 'doing' AND w.id IS NULL) AS stalled,"
    " count(*) FILTER (WHERE j.status = 'failed') AS failed,"
    " coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at)) FILTER"
    "  (WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now())), 0)::float"
    "  AS oldest_seconds"
    " FROM procrastinate_jobs j"
    " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
    "  AND w.last_heartbeat >= now() - make_interval(secs => :dead_after)"
    " LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
    " WHERE j.status IN ('todo', 'doing', 'failed') GROUP BY j.queue_name ORDER BY j.queue_name"
)
_WORKERS = sa.text(
    # A process has one for each queue.
    "SELECT (count(*) + 1) / 2 FROM procrastinate_workers"
    " WHERE last_heartbeat >= now() - make_interval(secs => :dead_after)"
)

log = logging.getLogger("puq_zimbra")


@dataclass(frozen=True)
class QueueFigures:
    """What a queue holds."""

    queue: str
    #: jobs whose time has come, and jobs that are tried again later
    waiting: int
    later: int
    doing: int
    #: of `doing`: their worker shows no life
    stalled: int
    failed: int
    #: age of the job that waits longest
    oldest_seconds: float


def prepare(engine: Engine) -> None:
    """Make the queue's tables, or bring them up to date with the Procrastinate that is installed.

    Raises:
        StoreAway: the database cannot be used just now.
    """
    from procrastinate.schema import SchemaManager

    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    newest = files[-1].name
    with engine.connect() as connection:
        if _applied(connection) == newest:
            return
    with writer(engine).begin() as connection:
        applied = _applied(connection)
        if applied is None:
            _run(connection, SchemaManager.get_schema())
        else:
            for file in files:
                if file.name > applied:
                    _run(connection, file.read_text(encoding="utf-8"))
        for statement in (*_INDEXES, slots.TABLE):
            _run(connection, statement)
        _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{newest}'")


def enqueue(connection: Connection, operation: str, aspects: Iterable[str]) -> None:
    """Put in a job for an operation that is left open, in the transaction that leaves it.

    If that fails the operation is left open all the same, and swept up.
    """
    try:
        with connection.begin_nested():
            if connection.execute(_JOB_OF, {"operation": operation}).first() is None:
                _defer(connection, operation, aspects)
    except Exception as error:  # noqa: BLE001 - also what the driver itself raises
        log.info("queue.not_enqueued", extra={"fields": {"kind": type(error).__name__}})


def sweep(engine: Engine) -> int:
    """Put in jobs for operations that are not over and have none; how many."""
    with writer(engine, locks.SWEEP).begin() as connection:
        found = connection.execute(_WITHOUT_JOB, {"most": _SWEPT_AT_ONCE}).all()
        for row in found:
            # What somebody was at has waited for the end of a lease.
            first = 10 if row.state == "running" else 0
            _defer(connection, row.id, row.aspects.split(), first)
        return len(found)


def figures(engine: Engine, dead_after: float) -> tuple[Sequence[QueueFigures], int]:
    """What the queues hold, and how many workers live; nothing where no worker ever began.

    A worker without a heartbeat for so many seconds counts as dead.
    """
    with engine.connect() as connection:
        if not connection.exec_driver_sql(_HAS_TABLES).scalar_one():
            return (), 0
        of_dead = {"dead_after": dead_after}
        rows: Sequence[Mapping[str, Any]]
        rows = [dict(row) for row in connection.execute(_FIGURES, of_dead).mappings()]
        living: int = connection.execute(_WORKERS, of_dead).scalar_one()
    return [QueueFigures(**row) for row in rows], living


def _applied(connection: Connection) -> str | None:
    """The last file of Procrastinate's that was applied; None = there are no tables."""
    if not connection.exec_driver_sql(_HAS_TABLES).scalar_one():
        return None
    return str(connection.exec_driver_sql(_APPLIED).scalar_one() or "")


def _run(connection: Connection, statements: str) -> None:
    """Run a file; the driver must not look for parameters in it."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)


def _defer(connection: Connection, operation: str, aspects: Iterable[str], first: int = 0) -> None:
    # Who can log in is decided first, as `Operations.unfinished` does it.
    priority = first + (10 if {EXISTENCE, ACCESS} & set(aspects) else 5)
    driver = connection.connection.driver_connection
    _app().configure_task(CARRY_ON, queue=OPERATIONS, priority=priority, connection=driver).defer(
        operation=operation
    )


@cache
def _app() -> procrastinate.App:
    """What puts jobs in; it has no connection of its own."""
    import procrastinate

    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
