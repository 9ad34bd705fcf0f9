"""Whole operations by many processes in PostgreSQL, against a bare client with the same statements.

The bare client sends what the store sent, word by word, through psycopg alone: same locks, same
commits, without SQLAlchemy and without deciding anything. pgbench's own commits stand beside it.
It needs PUQZ_TEST_POSTGRES with fsync on (`make cluster`).
"""

from __future__ import annotations

import multiprocessing
import os
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from store_clients import COMMITS, operate
from verdict import Figure, Options, main

from puq_zimbra.config import Config
from puq_zimbra.store import engine as engines
from puq_zimbra.store.database import Store
from tests import databases

CLIENTS, OPERATIONS, SERVICES = (8, 16), 20, 4
LEAST = 0.7
_COMMIT = ("COMMIT", None)


def recorded(store: Store, service_id: str) -> list[tuple[str, Any]]:
    """The statements of one operation of a service."""
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _m: bool) -> None:
        said.append((statement, given))

    def commit(_connection: Any) -> None:
        said.append(_COMMIT)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    sa.event.listen(sa.Engine, "commit", commit)
    try:
        operate(store, service_id)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
        sa.event.remove(sa.Engine, "commit", commit)
    return said


def bare(connection: psycopg.Connection, said: list[tuple[str, Any]]) -> None:
    """Send the statements again, as another operation of the same service."""
    name, number, last = secrets.token_hex(12), 0, 0
    old = next(given["id"] for text, given in said if text.startswith("INSERT INTO operation"))
    for text, given in said:
        if (text, given) == _COMMIT:
            connection.execute("COMMIT")
            continue
        values = None
        if isinstance(given, dict) and given:
            values = {key: name if value == old else value for key, value in given.items()}
            for key in ("of_number", "operation"):
                if isinstance(values.get(key), int):
                    values[key] = number
            if re.match(r"(INSERT INTO|UPDATE) audit", text):
                values["number"] = last + 1
        cursor = connection.execute(text, values)
        if text.startswith("INSERT INTO operation"):
            found = cursor.fetchone()
            assert found is not None
            number = found[0]
        elif "FROM audit" in text:
            found = cursor.fetchone()
            last = found[0] if found else 0
        elif cursor.description:
            cursor.fetchall()


def client(pipe: Connection, config: Config, mine: int) -> None:
    """Carry out operations as the pipe says, until it says nothing."""
    store, database = Store.open(config), engines.make(config)
    with database.connect() as opened:
        driver: Any = opened.connection.driver_connection
        said = [recorded(store, f"{mine}-{one}") for one in range(SERVICES)]
        pipe.send("ready")
        while job := pipe.recv():
            count, with_store = job
            for one in range(count):
                if with_store:
                    operate(store, f"{mine}-{one % SERVICES}")
                else:
                    bare(driver, said[one % SERVICES])
            pipe.send("done")
    store.close()
    database.dispose()


@contextmanager
def clients(config: Config, count: int) -> Iterator[list[Connection]]:
    """Start so many clients."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for mine in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=client, args=(theirs, config, mine), daemon=True)
        process.start()
        assert ours.recv() == "ready"
        pipes.append(ours)
        processes.append(process)
    yield pipes
    for pipe, process in zip(pipes, processes, strict=True):
        pipe.send(None)
        process.join()


def timed(pipes: list[Connection], count: int, *, with_store: bool) -> float:
    """Seconds in which all carry out so many each."""
    began = time.perf_counter()
    for pipe in pipes:
        pipe.send((count, with_store))
    for pipe in pipes:
        assert pipe.recv() == "done"
    return time.perf_counter() - began


def pgbench(url: str, count: int, seconds: int) -> float | None:
    """What pgbench commits in a second with so many clients: one insertion each."""
    program = shutil.which("pgbench")
    if program is None:
        return None
    known = sa.make_url(url)
    environment = {
        **os.environ, "PGPASSWORD": known.password or "", "PGUSER": known.username or "",
        "PGHOST": known.host or "", "PGPORT": str(known.port), "PGDATABASE": known.database or "",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        script = Path(name) / "one.sql"
        script.write_text("INSERT INTO bench VALUES (1);\n")
        words = [program, "-n", "-f", str(script), "-c", str(count), "-j", "2", "-T", str(seconds)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    return float(found[1]) if found else None


def measure(options: Options) -> Iterator[Figure]:
    """The store against the bare client, in turn."""
    if databases.VARIABLE not in os.environ:
        yield Figure("commits", None, "", f"{databases.VARIABLE} names no database", least=1)
        return
    each = 5 if options.small else OPERATIONS
    for count in CLIENTS:
        with (
            tempfile.TemporaryDirectory() as name,
            databases.own_postgresql(Path(name) / "state") as store,
        ):
            config = Config.model_validate({"store": store})
            Store.open(config).close()
            databases.execute(config, "CREATE TABLE bench (n integer)")
            ours, theirs = [], []
            with clients(config, count) as pipes:
                for _ in range(options.runs):
                    ours.append(timed(pipes, each, with_store=True))
                    theirs.append(timed(pipes, each, with_store=False))
            plain = pgbench(store["url"], count, 1 if options.small else 5)
        commits = each * count * COMMITS
        ratio = statistics.median(theirs) / statistics.median(ours)
        evidence = (
            f"{commits / statistics.median(ours):.0f} a second against"
            f" {commits / statistics.median(theirs):.0f}; pgbench {plain or 0:.0f}"
        )
        yield Figure(f"commits of {count} clients over those of a bare client", ratio, "x",
                     evidence, least=LEAST)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
