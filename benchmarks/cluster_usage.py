"""The usage sync of many Zimbras by the workers of three machines, against one worker.

500 Zimbras of 2,000 mailboxes, 20 ms away; then a million mailboxes in 200 Zimbras: time, memory,
and what the store holds afterwards. By the wall clock, on a machine that plays the Zimbras as well.
It needs PUQZ_TEST_POSTGRES (`make cluster`).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cluster_nodes
import sqlalchemy as sa
from mailboxes import Mailboxes
from ours import PASSWORD, USERNAME
from verdict import Figure, Options, main
from zimbra_replay import Conditions, Replay, replay

from puq_zimbra.config import Config
from puq_zimbra.store import engine as engines
from puq_zimbra.store.database import Store
from puq_zimbra.store.queue import UPKEEP
from tests import databases

SERVERS, MAILBOXES, MANY, MANY_MAILBOXES, DOMAINS = 500, 2_000, 200, 5_000, 10
LATENCY, NODES, JOBS = 0.020, 3, 16
FASTER = 1.3
_LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_SIZE = (
    "SELECT c.relname, pg_total_relation_size(c.oid) AS size FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname = current_schema()"
)


@dataclass(frozen=True)
class Taken:
    """What a sync took."""

    seconds: float
    #: of the workers
    cpu: float
    #: bytes, of the largest worker
    memory: int


def settings(server: Replay, store: str, password: Path) -> str:
    """The settings file of a machine."""
    lines = ["[store]", 'dir = "{dir}"', f'url = "{store}"']
    lines += ["[cluster]", f"nodes = {NODES}", 'usage = ""', 'purge = ""', 'prune = ""']
    for number, url in enumerate(server.urls):
        lines += [f"[servers.mail{number:03}]", f'url = "{url}"', f'username = "{USERNAME}"']
        lines += [f'password_file = "{password}"', f'ca_file = "{server.ca_file}"']
    return "\n".join(lines) + "\n"


@contextmanager
def machines(server: Replay) -> Iterator[tuple[list[cluster_nodes.Node], Config]]:
    """Machines over a new database."""
    with (
        tempfile.TemporaryDirectory() as name,
        databases.own_postgresql(Path(name) / "state") as store,
    ):
        directory = Path(name)
        password = directory / "password"
        password.touch(mode=0o600)
        password.write_text(PASSWORD)
        config = Config.model_validate({"store": store, "cluster": {"nodes": NODES}})
        opened = Store.open(config)
        opened.prepare_queue()
        opened.close()
        text = settings(server, store["url"], password)
        nodes = cluster_nodes.nodes(directory, config, text, NODES, JOBS)
        try:
            yield nodes, config
        finally:
            stop(nodes)


def stop(nodes: Sequence[cluster_nodes.Node]) -> None:
    """End all workers."""
    for node in nodes:
        for worker in node.workers:
            worker.end()
        node.workers.clear()


def sync(nodes: Sequence[cluster_nodes.Node], config: Config, servers: int) -> Taken:
    """Let one worker of each of these machines measure all servers."""
    database, store = engines.make(config), Store.open(config)
    workers = [node.start() for node in nodes]
    while store.queues()[1] < len(nodes):
        time.sleep(0.2)
    app = cluster_nodes.queue()
    spent = sum(cpu(worker.process.pid) for worker in workers)
    began = time.perf_counter()
    with database.begin() as connection:
        driver = connection.connection.driver_connection
        task = app.configure_task("measure", queue=UPKEEP, connection=driver)
        servers_named: list[dict[str, Any]] = [
            {"server": f"mail{number:03}"} for number in range(servers)
        ]
        task.batch_defer(*servers_named)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.exec_driver_sql(_LEFT).scalar_one():
            time.sleep(0.1)
    seconds = time.perf_counter() - began
    taken = sum(cpu(worker.process.pid) for worker in workers) - spent
    memory = max(peak(worker.process.pid) for worker in workers)
    stop(nodes)
    while store.queues()[1]:
        time.sleep(0.2)
    store.close()
    database.dispose()
    return Taken(seconds, taken, memory)


def cpu(pid: int) -> float:
    """Seconds of CPU time that a process took."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(pid: int) -> int:
    """The most memory that a process had, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def measure(options: Options) -> Iterator[Figure]:
    """Three against one, and the million."""
    if databases.VARIABLE not in os.environ:
        yield Figure("usage", None, "", f"{databases.VARIABLE} names no database", least=1)
        return
    count = SERVERS // 10 if options.small else SERVERS
    sold = [Mailboxes(MAILBOXES, DOMAINS, number) for number in range(count)]
    with replay(sold, Conditions(LATENCY, True, True)) as at, machines(at) as (nodes, config):
        sync(nodes, config, count)  # the answers are prepared now
        three = sync(nodes, config, count)
        one = sync(nodes[:1], config, count)
        rejections = sum(seen.rejections for seen in at.seen())
    place = f"{count} Zimbras of {MAILBOXES} mailboxes, {LATENCY * 1000:.0f} ms a round trip"
    evidence = (
        f"{three.seconds:.1f} s ({three.cpu:.1f} s of CPU) against"
        f" {one.seconds:.1f} s ({one.cpu:.1f} s), {place}"
    )
    yield Figure("usage sync by three workers against one", one.seconds / three.seconds, "x",
                 evidence, least=FASTER)  # fmt: skip
    yield Figure("rejections by the DoS filter", rejections, "", place, most=0, timed=False)
    yield from million(options)


def million(options: Options) -> Iterator[Figure]:
    """A million mailboxes."""
    count = MANY // 10 if options.small else MANY
    sold = [Mailboxes(MANY_MAILBOXES, DOMAINS, number) for number in range(count)]
    with replay(sold, Conditions(LATENCY, True, True)) as at, machines(at) as (nodes, config):
        taken = sync(nodes, config, count)
        database = engines.make(config)
        with database.connect() as connection:
            rows = connection.exec_driver_sql(_SIZE).all()
            tables = ("mailbox", "mailbox_day", "usage", "service")
            held = {
                name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name)))
                for name in tables
            }
            counts = ", ".join(f"{name} {found.scalar_one():,}" for name, found in held.items())
        database.dispose()
    size = sum(row.size for row in rows)
    place = f"{count * MANY_MAILBOXES:,} mailboxes in {count} Zimbras, the first reading"
    yield Figure("usage sync by three workers", taken.seconds, "s",
                 f"{taken.cpu:.1f} s of CPU, {place}")  # fmt: skip
    yield Figure("memory of the largest worker", taken.memory / 2**20, "MB", place)
    sizes = ", ".join(f"{row.relname} {row.size / 2**20:.1f}" for row in rows if row.size > 2**20)
    yield Figure("the store afterwards", size / 2**20, "MB", f"rows: {counts}; MB: {sizes}")


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
