"""What Prometheus is told: hooks, requests to Zimbra, open operations, age of the figures, log-ins.

Counters live as long as the process; what stands in the store is looked up at each scrape.

Source: Prometheus, "Metric and label naming", "Writing client libraries" (`prometheus_client`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.hooks.runtime import Runtime
from puq_zimbra.zimbra import sent

#: seconds: from an answer of the store to a hook that used up all its time
_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)


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
        self._registry.register(_Looked(runtime))

    def text(self) -> bytes:
        """The figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Looked:
    """What is looked up when somebody asks."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def describe(self) -> Iterator[Metric]:
        """Nothing: asked at registration, when the store need not be there."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """All of it."""
        yield from self._zimbra()
        try:
            yield from self._store()
            is_up = 1
        except PuqZimbraError:
            is_up = 0
        yield GaugeMetricFamily("puq_zimbra_store_up", "Whether the store answers.", value=is_up)

    def _zimbra(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "puq_zimbra_soap_requests", "Requests sent to Zimbra.", labels=["request", "outcome"]
        )
        waited = CounterMetricFamily(
            "puq_zimbra_soap_seconds", "Seconds waited for Zimbra.", labels=["request"]
        )
        for name, one in sent.so_far().items():
            requests.add_metric([name, "answered"], one.answered)
            requests.add_metric([name, "unanswered"], one.unanswered)
            waited.add_metric([name], one.seconds)
        yield requests
        yield waited
        shut = GaugeMetricFamily(
            "puq_zimbra_login_shut",
            "Whether log-ins are not tried, since Zimbra rejected the credentials.",
            labels=["server"],
        )
        for place, is_shut in self._runtime.log_ins().items():
            shut.add_metric([place], is_shut)
        yield shut

    def _store(self) -> Iterator[Metric]:
        store = self._runtime.store()
        states = GaugeMetricFamily(
            "puq_zimbra_operations", "Operations that are not over.", labels=["state"]
        )
        for state, count in store.operations.not_over().items():
            states.add_metric([state], count)
        yield states
        age = GaugeMetricFamily(
            "puq_zimbra_usage_age_seconds",
            "Seconds since any service of the server was measured.",
            labels=["server"],
        )
        for server, measured_at in store.figures.newest().items():
            age.add_metric([server], max(time.time() - measured_at.timestamp(), 0))
        yield age
