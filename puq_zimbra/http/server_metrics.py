"""Metrics of each Zimbra, under its name in the settings; one that has none is host and port.

A scrape sends nothing: what is told is what hooks and jobs of this process have seen, and what all
processes of this machine share: rejected log-ins and the rate limit. The end of each certificate is
looked at at the start and every hour, by a handshake in which nothing is sent. Configured servers
have their figures from the start on: an alert must not wait for the first request.

Source: Prometheus, "Metric and label naming" (base units, `_info`), "Alerting".
"""

from __future__ import annotations

import math
import platform
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from puq_zimbra import __version__
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.zimbra import certificate, request_stats
from puq_zimbra.zimbra.login_backoff import LoginBackoff
from puq_zimbra.zimbra.rate_limit import RateLimit, existing_folder
from puq_zimbra.zimbra_server import Server

#: seconds between two looks at the certificates
LOOK_EVERY = 3600
_lock = threading.Lock()
#: host and port -> when the certificate ends, in seconds since 1970
_ends: dict[str, float] = {}
#: host and port -> whether the last handshake was answered
_answered: dict[str, bool] = {}


def configured(runtime: Runtime) -> Mapping[str, Server]:
    """Each configured server that can be used, by its name."""
    found = {}
    for name in runtime.config.servers:
        try:
            found[name] = runtime.config.server(name)
        except PuqZimbraError:
            continue
    return found


def names(servers: Mapping[str, Server]) -> Mapping[str, str]:
    """Host and port of each server -> its name."""
    return {server.host_port: name for name, server in servers.items()}


def look_at_certificates(runtime: Runtime) -> None:
    """Note when the certificate of each configured server ends."""
    for name in runtime.config.servers:
        try:
            server = runtime.config.server(name)
            ends = certificate.shown_by(server).ends.timestamp()
        except (PuqZimbraError, ValueError):
            with _lock, suppress(PuqZimbraError):  # its last end stays
                _answered[runtime.config.server(name).host_port] = False
            continue
        with _lock:
            _ends[server.host_port] = ends
            _answered[server.host_port] = True


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
        "Whether a Zimbra answered the last request, or before any the look at its certificate.",
        labels=["server"],
    )
    sent = request_stats.of_servers()
    with _lock:
        answered = dict(_answered)
    for place in {**known, **sent}:
        name, one = known.get(place, place), sent.get(place, request_stats.ServerStats())
        requests.add_metric([name, "answered"], one.answered)
        requests.add_metric([name, "unanswered"], one.unanswered)
        waited.add_metric([name], one.seconds)
        # Before the first request the handshake tells, and before that nobody knows.
        up.add_metric([name], one.is_up if place in sent else answered.get(place, math.nan))
    ends = GaugeMetricFamily(
        "puq_zimbra_server_certificate_end_seconds",
        "When a Zimbra's certificate ends, in seconds since 1970.",
        labels=["server"],
    )
    with _lock:
        for place, at in _ends.items():
            ends.add_metric([known.get(place, place)], at)
    yield from (requests, waited, up, ends)


def budgets(runtime: Runtime, servers: Mapping[str, Server]) -> Iterator[Metric]:
    """What this machine may still ask of each configured Zimbra, and how often log in wrongly."""
    free = GaugeMetricFamily(
        "puq_zimbra_server_budget",
        "Requests that could be sent to a Zimbra at once, of puq_zimbra_server_budget_limit.",
        labels=["server", "limit"],
    )
    whole = GaugeMetricFamily(
        "puq_zimbra_server_budget_limit",
        "The setting of [limits] that bounds them.",
        labels=["server", "limit"],
    )
    shut = GaugeMetricFamily(
        "puq_zimbra_login_shut",
        "Whether log-ins are not tried, since Zimbra rejected the credentials.",
        labels=["server"],
    )
    tries = GaugeMetricFamily(
        "puq_zimbra_login_tries_left",
        "How often Zimbra may still reject the credentials before log-ins are not tried.",
        labels=["server"],
    )
    folder = existing_folder(runtime.state_directory())
    for name, server in servers.items():
        limit = RateLimit(folder, server.host_port, runtime.config.limits)
        for setting, (left, of) in limit.budget().items():
            free.add_metric([name, setting], left)
            whole.add_metric([name, setting], of)
        backoff = LoginBackoff(folder, server)
        shut.add_metric([name], backoff.is_active)
        tries.add_metric([name], backoff.tries_left)
    known = names(servers)
    for place, is_shut in runtime.log_ins().items():
        if place not in known:
            shut.add_metric([place], is_shut)
    yield from (free, whole, shut, tries)
