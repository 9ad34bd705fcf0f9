"""Three machines over one PostgreSQL: what becomes of operations while workers die and stop.

5,000 operations of 500 services, one after the other for each: the host suspends and gives back. At
the same time workers are killed, stopped for 40 seconds and go on, and the database goes away. A
simulated Zimbra notes each write: by which process, from when to when, and what it changed.

Beside that: what three machines ask of one Zimbra under full load, and how long it takes to fetch
one job of 50,000.

It needs PUQZ_TEST_POSTGRES (`make cluster` starts one). By root each machine has a host name of its
own, so that leases alone say who is dead; else all count as one machine, which knows at once.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cluster_nodes
import sqlalchemy as sa
from cluster_zimbra import INSTALLATION, Watched
from verdict import Figure, Options, main

from puq_zimbra.billing import plain
from puq_zimbra.config import Config
from puq_zimbra.engine import saved_request
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.simulator import Simulator, make_tls
from puq_zimbra.store import engine as engines
from puq_zimbra.store.database import Store
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.steps import Run
from tests import databases
from tests.severed import Line

SERVICES, EACH, NODES, WORKERS, JOBS = 500, 10, 3, 2, 6
KILLS, STOPS, LOSSES = 100, 50, 10
#: seconds for which a worker is stopped, and for which the database is away: longer than its pool
#: of connections waits
STOPPED, AWAY = 40.0, 35.0
#: seconds after which another must have gone on
RECOVERY = 30.0
#: seconds without any operation that ends, after which it is given up
STUCK = 180.0
QUEUED, DISPATCH = 50_000, 0.2
_EVENTS = ("suspend", "unsuspend")
_STATE = {"suspend": "locked", "unsuspend": "active"}


@dataclass
class Feed:
    """The host: asks for the next thing of each service once the last one is over."""

    store: Store
    request: Request
    services: int
    each: int
    asked: dict[str, int] = field(default_factory=dict)

    def step(self, over: dict[str, int]) -> None:
        """Ask for what comes next; ``over`` says how many operations of each service are over."""
        for number in range(self.services):
            service = str(number)
            done = over.get(service, 0)
            if done == self.asked.get(service, 0) and done < self.each:
                self._ask(service, done)

    def _ask(self, service: str, number: int) -> None:
        event = _EVENTS[number % 2]
        changed = {"id": service, "domain": f"d{service}.example"}
        given = self.request.model_copy(
            update={"service": self.request.purchase.model_copy(update=changed), "event": event}
        )
        name = f"op-{service}-{number}"
        call = saved_request.write(given)
        intent = Intent(name, INSTALLATION, service, event, None, name, call)
        try:
            run = self.store.operations.begin(intent, 30)
        except PuqZimbraError:
            return
        assert isinstance(run, Run)
        steps = self.store.operations.steps(run)
        self.store.operations.end(steps, Reply("pending", ""), is_open=True)
        self.asked[service] = number + 1


class Chaos:
    """Kills and stops workers, and cuts the line to the database, until it has done its number."""

    def __init__(
        self, nodes: list[cluster_nodes.Node], line: Line, database: sa.Engine, scale: float
    ) -> None:
        self._nodes, self._line, self._database = nodes, line, database
        wanted = {"kill": KILLS, "stop": STOPS, "lose": LOSSES}
        self.left = {what: round(count * scale) for what, count in wanted.items()}
        self.done = dict.fromkeys(self.left, 0)
        #: operation -> when its worker was ended, and how many runs it had had
        self.victims: dict[str, tuple[float, int]] = {}
        self.lost_at: list[tuple[float, float]] = []
        #: processes that are stopped or ended just now
        self._taken: set[int] = set()
        self._taking = threading.Lock()
        self._chance = random.Random(1)
        self._threads = [threading.Thread(target=self._repeat, args=(what,)) for what in self.left]
        self._over = threading.Event()

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether everything was done that was to be."""
        return not any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        """Stop, and let everything go on."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, what: str) -> None:
        pause = {"kill": 2.0, "stop": 4.0, "lose": 30.0}[what]
        threads = []
        for _ in range(self.left[what]):
            if self._over.wait(pause):
                break
            one = threading.Thread(target=getattr(self, f"_{what}"))
            one.start()
            threads.append(one)
            if what == "lose":
                one.join()
        for one in threads:
            one.join()

    def _chosen(self) -> tuple[cluster_nodes.Node, cluster_nodes.Worker] | None:
        """Take a worker, one that is at work if there is any for a while; enough others live."""
        for left in range(100, 0, -1):
            living = [
                (node, worker)
                for node in self._nodes
                for worker in node.workers
                if worker.process.poll() is None and worker.process.pid not in self._taken
            ]
            with self._database.connect() as connection:
                owners = connection.exec_driver_sql("SELECT DISTINCT owner FROM lease").scalars()
                at_work = {(one.partition("/")[0], one.split(":")[-2]) for one in owners}
            busy = [one for one in living if (one[1].host, str(one[1].process.pid)) in at_work]
            if len(living) > 2 and (busy or left < 50):
                chosen = self._chance.choice(busy or living)
                self._taken.add(chosen[1].process.pid)
                return chosen
            if self._over.wait(0.2):
                break
        return None

    def _kill(self) -> None:
        with self._taking:
            chosen = self._chosen()
        if chosen is None:
            return
        node, worker = chosen
        node.workers.remove(worker)
        worker.end()
        self._note(worker)
        self.done["kill"] += 1
        self._over.wait(1.0)
        node.start()

    def _stop(self) -> None:
        with self._taking:
            chosen = self._chosen()
        if chosen is None:
            return
        _, worker = chosen
        worker.kill(signal.SIGSTOP)
        self._note(worker)
        self.done["stop"] += 1
        self._over.wait(STOPPED)
        worker.kill(signal.SIGCONT)
        self._taken.discard(worker.process.pid)

    def _lose(self) -> None:
        began = time.monotonic()
        self._line.cut()
        self._over.wait(AWAY)
        self._line.mend()
        self.lost_at.append((began, time.monotonic()))
        self.done["lose"] += 1

    def _note(self, worker: cluster_nodes.Worker) -> None:
        """Note what a worker that was just ended is at."""
        query = sa.text(
            "SELECT o.id, o.runs FROM lease l JOIN operation o ON o.id = l.operation"
            " WHERE l.owner LIKE :owner AND o.state = 'running'"
        )
        with self._database.connect() as connection:
            for row in connection.execute(query, {"owner": worker.owner}):
                self.victims.setdefault(row.id, (time.monotonic(), row.runs))


class Recovery:
    """How long what a dead worker was at waited for another."""

    def __init__(self, chaos: Chaos) -> None:
        self._chaos = chaos
        self.seconds: list[float] = []

    def look(self, now: dict[str, tuple[str, int]]) -> None:
        """Hold the victims against their present state: operation -> state and runs."""
        at = time.monotonic()
        for name, (ended, runs) in list(self._chaos.victims.items()):
            state, later_runs = now[name]
            if state == "running" and later_runs == runs:
                continue
            del self._chaos.victims[name]
            away = sum(
                max(0.0, min(at, mended) - max(ended, began))
                for began, mended in self._chaos.lost_at
            )
            self.seconds.append(at - ended - away)


@contextmanager
def cluster(directory: Path, services: int, limits: str) -> Iterator[tuple[
    Watched, Config, list[cluster_nodes.Node], Line, Request
]]:  # fmt: skip
    """A Zimbra, a database behind a line, and machines whose workers are not started."""
    tls = make_tls("mail.example.test", directory / "tls")
    simulator = Simulator(domain="example.test", admin_password="test123")
    watched = Watched(simulator, services)
    password = directory / "password"
    password.touch(mode=0o600)
    password.write_text("test123")
    with (
        simulator.serve(tls, admin_port=0, user_port=0) as running,
        databases.own_postgresql(directory / "state") as store,
    ):
        config = Config.model_validate({"store": store, "cluster": {"nodes": NODES}})
        opened = Store.open(config)
        opened.prepare_queue()
        opened.close()
        url = sa.make_url(store["url"])
        assert url.port is not None
        line = Line(url.port)
        through = url.set(host="127.0.0.1", port=line.port)
        text = (
            f'[store]\ndir = "{{dir}}"\nurl = "{through.render_as_string(hide_password=False)}"\n'
            f"[limits]\n{limits}\n"
            f'[cluster]\nnodes = {NODES}\nusage = ""\npurge = ""\nprune = ""\n'
            f'[servers.mail1]\nurl = "{running.admin_url}"\nusername = "admin@example.test"\n'
            f'password_file = "{password}"\nca_file = "{tls.ca_file}"\n'
        )
        nodes = cluster_nodes.nodes(directory, config, text, NODES, JOBS)
        params = {
            "installation": INSTALLATION,
            "server": {"url": running.admin_url, "username": "admin@example.test"},
            "service": {"id": "0", "model": "domain", "domain": "d0.example"},
        }
        try:
            yield watched, config, nodes, line, plain.validate(params)
        finally:
            for node in nodes:
                for worker in node.workers:
                    worker.end()
            line.close()


def chaos(options: Options) -> Iterator[Figure]:
    """The operations, while workers die and stop and the database goes away."""
    scale = 0.1 if options.small else 1.0
    services = round(SERVICES * scale)
    total = services * EACH
    unlimited = "requests_per_second = 0\nconcurrent_requests = 0"
    with (
        tempfile.TemporaryDirectory() as directory,
        cluster(Path(directory), services, unlimited) as (
            zimbra,
            config,
            nodes,
            line,
            asked,
        ),
    ):
        store, database = Store.open(config), engines.make(config)
        feed = Feed(store, asked, services, EACH)
        feed.step({})
        for node in nodes:
            for _ in range(WORKERS):
                node.start()
        trouble = Chaos(nodes, line, database, scale)
        recovery = Recovery(trouble)
        began = moved = time.monotonic()
        trouble.start()
        ended = -1
        while time.monotonic() < moved + STUCK:
            with database.connect() as connection:
                rows = connection.exec_driver_sql(
                    "SELECT id, service_id, state, runs FROM operation"
                ).all()
            over: dict[str, int] = {}
            for row in rows:
                over[row.service_id] = over.get(row.service_id, 0) + (row.state == "done")
            recovery.look({row.id: (row.state, row.runs) for row in rows})
            if sum(over.values()) != ended:
                ended, moved = sum(over.values()), time.monotonic()
            if ended >= total and trouble.is_over:
                break
            feed.step(over)
            time.sleep(0.3)
        took = time.monotonic() - began
        trouble.finish()
        time.sleep(3.0)  # what was stopped last goes on
        store.close()
        database.dispose()
        wanted = _STATE[_EVENTS[(EACH - 1) % 2]]
        lost = sum(zimbra.status(str(number)) != wanted for number in range(services))
        names = "host names of their own" if cluster_nodes.has_own_names() else "one host name"
        did = ", ".join(f"{count} times {what}" for what, count in trouble.done.items())
        what = f"{NODES} machines with {names}, {did}, in {took:.0f} s"
        yield exact("operations of services that ended", ended, "", what, least=total)
        yield exact("writes to one service by two processes at once", zimbra.overlapping(), "",
                    f"{sum(map(len, zimbra.writes.values()))} writes", most=0)  # fmt: skip
        yield exact("services whose Zimbra is not as it was asked for last", lost, "",
                    f"{services} services", most=0)  # fmt: skip
        yield exact("changes more than operations", zimbra.changes() - ended, "",
                    "done twice, or undone by what came late", most=0)  # fmt: skip
        if recovery.seconds:
            longest = max(recovery.seconds)
            median = statistics.median(recovery.seconds)
            yield Figure("until another goes on for a dead or stopped worker", longest, "s",
                         f"the longest of {len(recovery.seconds)}, median {median:.1f} s,"
                         " but for the time without the database",
                         most=RECOVERY)  # fmt: skip


def exact(
    what: str, value: float, unit: str, evidence: str, least: float | None = None,
    most: float | None = None,
) -> Figure:  # fmt: skip
    """A figure that no clock has to do with."""
    return Figure(what, value, unit, evidence, least=least, most=most, timed=False)


def deep(options: Options) -> Iterator[Figure]:
    """How long it takes to fetch a job of many."""
    count = QUEUED // 10 if options.small else QUEUED
    with (
        tempfile.TemporaryDirectory() as directory,
        databases.own_postgresql(Path(directory)) as store,
    ):
        config = Config.model_validate({"store": store, "cluster": {"nodes": 1}})
        opened = Store.open(config)
        opened.prepare_queue()
        opened.close()
        database = engines.make(config)
        with database.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)"
                " SELECT 'operations', 'carry_on', 5 + 5 * mod(n, 2),"
                f" jsonb_build_object('operation', 'op-' || n) FROM generate_series(1, {count}) n"
            )
            worker = connection.exec_driver_sql(
                "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"
            ).scalar_one()
        with database.connect() as connection:
            connection.exec_driver_sql("ANALYZE procrastinate_jobs")
        taken = []
        for _ in range(50):
            began = time.perf_counter()
            with database.begin() as connection:
                connection.exec_driver_sql(
                    f"SELECT id FROM procrastinate_fetch_job_v2(ARRAY['operations'], {worker})"
                ).scalar_one()
            taken.append(time.perf_counter() - began)
        database.dispose()
    yield Figure(f"fetching one of {count:,} jobs", statistics.median(taken) * 1000, "ms",
                 f"median of 50, at the most {max(taken) * 1000:.0f} ms",
                 most=DISPATCH * 1000)  # fmt: skip


def polite(options: Options) -> Iterator[Figure]:
    """What one Zimbra is asked under full load."""
    services = 60 if options.small else 200
    with (
        tempfile.TemporaryDirectory() as directory,
        cluster(Path(directory), services, "requests_per_second = 25") as (
            zimbra, config, nodes, _, asked,
        ),
    ):  # fmt: skip
        store = Store.open(config)
        feed = Feed(store, asked, services, 1)
        feed.step({})
        for node in nodes:
            node.start()
        began = time.monotonic()
        while store.operations.not_over()["open"] and time.monotonic() < began + STUCK:
            time.sleep(0.5)
        took = time.monotonic() - began
        store.close()
        traffic = zimbra.simulator.traffic
        arrived = len(traffic.arrivals)
        yield exact("requests in a Zimbra's busiest second", traffic.busiest_second(), "",
                    f"{arrived} of {NODES} machines in {took:.0f} s", most=25)  # fmt: skip
        yield exact("requests at once", traffic.most_at_once, "", "the same", most=8)


def measure(options: Options) -> Iterator[Figure]:
    """All parts."""
    if databases.VARIABLE not in os.environ:
        yield Figure("a cluster", None, "", f"{databases.VARIABLE} names no database", least=1)
        return
    for part in (deep, polite, chaos):
        for figure in part(options):
            yield figure
            # Without the bounds of time, which a tenth says nothing of.
            kept = figure.timed or figure.verdict(slack=False) != "MISSED"
            assert kept or not options.small, figure.what


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
