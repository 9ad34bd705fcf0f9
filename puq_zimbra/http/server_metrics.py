"""Metrics of each Zimbra, under its name in the settings; one that has none is host and port.

A scrape sends nothing: what is told is what hooks and jobs of this process have seen. The end of
each certificate is looked at every hour, by a handshake in which nothing is sent.

Source: Prometheus, "Metric and label naming" (base units, `_info`), "Alerting".
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from puq_zimbra import __version__
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.zimbra import certificate, request_stats

#: seconds between two looks at the certificates
LOOK_EVERY = 3600
_lock = threading.Lock()
#: host and port -> when the certificate ends, in seconds since 1970
_ends: dict[str, float] = {}


def names(runtime: Runtime) -> Mapping[str, str]:
    """Host and port of each configured server that can be used -> its name."""
    found = {}
    for name in runtime.config.servers:
        try:
            found[runtime.config.server(name).host_port] = name
        except PuqZimbraError:
            continue
    return found


def look_at_certificates(runtime: Runtime) -> None:
    """Note when the certificate of each configured server ends."""
    for name in runtime.config.servers:
        try:
            server = runtime.config.server(name)
            ends = certificate.shown_by(server).ends.timestamp()
        except (PuqZimbraError, ValueError):
            continue  # its last end stays, and requests tell that it is not reached
        with _lock:
            _ends[server.host_port] = ends


def build_info() -> Metric:
    """Which version runs."""
    info = GaugeMetricFamily(
        "puq_zimbra_build_info", "The version that runs; always 1.", labels=["version", "python"]
    )
    info.add_metric([__version__, platform.python_version()], 1)
    return info


def of_servers(known: Mapping[str, str]) -> Iterator[Metric]:
    """Requests, seconds, whether the last request was answered, the certificate's end."""
    requests = CounterMetricFamily(
        "puq_zimbra_server_requests", "Requests sent to a Zimbra.", labels=["server", "outcome"]
    )
    waited = CounterMetricFamily(
        "puq_zimbra_server_seconds", "Seconds waited for a Zimbra.", labels=["server"]
    )
    up = GaugeMetricFamily(
        "puq_zimbra_server_up",
        "Whether a Zimbra answered the last request that was sent to it.",
        labels=["server"],
    )
    for place, one in request_stats.of_servers().items():
        name = known.get(place, place)
        requests.add_metric([name, "answered"], one.answered)
        requests.add_metric([name, "unanswered"], one.unanswered)
        waited.add_metric([name], one.seconds)
        up.add_metric([name], one.is_up)
    ends = GaugeMetricFamily(
        "puq_zimbra_server_certificate_end_seconds",
        "When a Zimbra's certificate ends, in seconds since 1970.",
        labels=["server"],
    )
    with _lock:
        for place, at in _ends.items():
            ends.add_metric([known.get(place, place)], at)
    yield from (requests, waited, up, ends)
