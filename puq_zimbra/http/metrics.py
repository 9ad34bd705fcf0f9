"""Metrics for Prometheus: hooks, requests to Zimbra, open operations, age of usage values, log-ins.

Counters live as long as the process. Values from the store are looked up at a scrape, at most once
a second, since scrapes are not authenticated.

Source: Prometheus, "Metric and label naming", "Writing client libraries" (`prometheus_client`).
"""

from __future__ import annotations

import itertools
import math
import shutil
import threading
import time
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from puq_zimbra import registry
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Busy, PuqZimbraError
from puq_zimbra.http import server_metrics
from puq_zimbra.store.database import Store
from puq_zimbra.zimbra import request_stats
from puq_zimbra.zimbra_server import Server

#: seconds: from an answer of the store to a hook that used up all its time
_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)

#: counted from 0 on: the first event must show as an increase, since alerts ask for one
_REASONS, _ALERTED = ("401", "503"), ("misconfigured", "unavailable")


class Metrics:
    """The figures of one process."""

    def __init__(self, runtime: Runtime) -> None:
        self._registry = CollectorRegistry()
        self.hooks = Counter(
            "puq_zimbra_hooks",
            "Hook calls that were answered.",
            ["host", "event", "code"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "puq_zimbra_hook_seconds",
            "From the whole request to its answer.",
            ["host", "event"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self.turned_away = Counter(
            "puq_zimbra_requests_turned_away",
            "Requests that no hook saw.",
            ["reason"],
            registry=self._registry,
        )
        self.at_work = Gauge(
            "puq_zimbra_hooks_at_work", "Hooks at work or waiting.", registry=self._registry
        )
        for reason in _REASONS:
            self.turned_away.labels(reason)
        for host in registry.host_names():
            for event, code in itertools.product(registry.events(host), _ALERTED):
                self.hooks.labels(host, event, code)
        self._registry.register(_Looked(runtime))

    def text(self) -> bytes:
        """The figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Looked:
    """Values that are looked up at each scrape."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime, self._began = runtime, time.time()
        self._looking, self._looked_at = threading.Lock(), -math.inf
        self._found: list[Metric] = []

    def describe(self) -> Iterator[Metric]:
        """Nothing: asked at registration, when the store need not be there."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """All of it."""
        servers = server_metrics.configured(self._runtime)
        known = server_metrics.names(servers)
        yield server_metrics.build_info()
        yield from server_metrics.of_servers(known)
        yield from self._zimbra()
        with self._looking:
            if time.monotonic() >= self._looked_at + 1:
                self._found = self._look(servers)
                self._looked_at = time.monotonic()
            found = self._found
        yield from found

    def _look(self, servers: Mapping[str, Server]) -> list[Metric]:
        try:
            found = list(self._store(server_metrics.names(servers)))
            is_up = 1
        except PuqZimbraError:
            found, is_up = [], 0
        up = GaugeMetricFamily("puq_zimbra_store_up", "Whether the store answers.", value=is_up)
        budgets = server_metrics.budgets(self._runtime, servers)
        return [*found, up, self._writable(), *self._space(), *budgets]

    def _writable(self) -> Metric:
        is_writable = True
        try:
            self._runtime.store().prove_writable()
        except Busy:  # another process writes, so it can be written
            pass
        except PuqZimbraError:
            is_writable = False
        text = "Whether the store can be written."
        return GaugeMetricFamily("puq_zimbra_store_writable", text, value=is_writable)

    def _space(self) -> Iterator[Metric]:
        try:
            free = shutil.disk_usage(self._runtime.config.store_directory()).free
        except (OSError, PuqZimbraError):
            return
        text = "Bytes free on the disk of the state directory."
        yield GaugeMetricFamily("puq_zimbra_store_free_bytes", text, value=free)

    def _zimbra(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "puq_zimbra_soap_requests", "Requests sent to Zimbra.", labels=["request", "outcome"]
        )
        waited = CounterMetricFamily(
            "puq_zimbra_soap_seconds", "Seconds waited for Zimbra.", labels=["request"]
        )
        for name, one in request_stats.so_far().items():
            requests.add_metric([name, "answered"], one.answered)
            requests.add_metric([name, "unanswered"], one.unanswered)
            waited.add_metric([name], one.seconds)
        yield requests
        yield waited

    def _store(self, known: Mapping[str, str]) -> Iterator[Metric]:
        store = self._runtime.store()
        states = GaugeMetricFamily(
            "puq_zimbra_operations", "Operations that are not over.", labels=["state"]
        )
        for state, count in store.operations.not_over().items():
            states.add_metric([state], count)
        waiting = store.operations.unfinished()
        states.add_metric(["held"], sum(one.state == "held" for one in waiting))
        yield states
        yield from _queues(store)
        oldest = max((time.time() - one.started_at for one in waiting), default=0)
        yield GaugeMetricFamily(
            "puq_zimbra_operation_oldest_seconds",
            "Age of the oldest operation that is open, abandoned or held; 0 = none.",
            value=max(oldest, 0),
        )
        age = GaugeMetricFamily(
            "puq_zimbra_usage_age_seconds",
            "Seconds since the server was measured; of one that never was, since this start.",
            labels=["server"],
        )
        measured = {one: at.timestamp() for one, at in store.usage.newest().items()}
        for server, at in {**dict.fromkeys(known, self._began), **measured}.items():
            age.add_metric([known.get(server, server)], max(time.time() - at, 0))
        yield age


def _queues(store: Store) -> Iterator[Metric]:
    """The queues of the workers of several machines, where there are any."""
    queues, living = store.queues()
    if not queues and not living:
        return
    jobs = GaugeMetricFamily("puq_zimbra_jobs", "Jobs of workers.", labels=["queue", "state"])
    oldest = GaugeMetricFamily(
        "puq_zimbra_job_oldest_seconds", "Age of the job that waits longest.", labels=["queue"]
    )
    for one in queues:
        for state in ("waiting", "later", "doing", "stalled", "failed"):
            jobs.add_metric([one.queue, state], getattr(one, state))
        oldest.add_metric([one.queue], one.oldest_seconds)
    yield from (jobs, oldest)
    yield GaugeMetricFamily("puq_zimbra_workers", "Workers that live.", value=living)
