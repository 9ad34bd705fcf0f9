"""What a hook call over HTTP costs, and how many a second `puq-zimbra serve` answers.

Service, simulated Zimbra and callers are processes of their own on the same machine; every call
opens a connection, as a PHP process does, and is signed anew. The limits on what Zimbra is asked
are lifted.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hook_process import params
from verdict import Figure, Options, main

from puq_zimbra.http.signatures import headers

ENTRY = str(Path(sys.executable).with_name("puq-zimbra"))
#: seconds that a call may take besides SOAP; calls a second; seconds that 99 of 100 stay under
BESIDES, RATE, P99 = 0.005, 250, 0.4
#: calls under load: in all, and at a time
CALLS, PROCESSES, THREADS = 4_000, 2, 8
#: what is called several times at once
UNDER_LOAD = {"MetaData", "describe", "usage"}
#: what is called: host, event, whether it asks Zimbra or writes more than the answer
EVENTS = (
    ("whmcs", "MetaData", False),
    ("plain", "describe", False),
    ("plain", "usage", True),
    ("plain", "create", True),
    ("plain", "suspend", True),
    ("plain", "unsuspend", True),
    ("plain", "sso_service", True),
    ("plain", "client_area", True),
)


@dataclass(frozen=True)
class Service:
    """Where the service is, and how to call it."""

    place: str
    key: bytes
    given: bytes

    def call(self, host: str, event: str) -> float:
        """Seconds of one call, answered and not refused."""
        body = b"{}" if event in ("MetaData", "describe") else self.given
        begun = time.perf_counter()
        connection = http.client.HTTPConnection(self.place, timeout=60)
        signed = headers([self.key], "msg_" + secrets.token_hex(16), int(time.time()), body)
        connection.request("POST", f"/v1/hook/{host}/{event}", body, signed)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status in (200, 201), (event, answer.status)
        return time.perf_counter() - begun

    def waited(self) -> float:
        """Seconds that the service waited for Zimbra so far."""
        connection = http.client.HTTPConnection(self.place, timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        lines = (line.rpartition(" ") for line in text.splitlines())
        return sum(float(value) for name, _, value in lines if name.startswith(_WAITED))


_WAITED = "puq_zimbra_soap_seconds_total{"


@contextmanager
def ready(*command: str) -> Iterator[str]:
    """A process of ours that says when it is ready, and what it says."""
    process = subprocess.Popen(
        [ENTRY, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("ready ").strip()
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def serving() -> Iterator[Service]:
    """The service before a simulated Zimbra that holds one suspended domain and its usage."""
    ports = ("--admin-port", "0", "--user-port", "0")
    with tempfile.TemporaryDirectory() as name, ready("simulator", *ports) as zimbra:
        at = dict(one.split("=", 1) for one in zimbra.split())
        given: dict[str, Any] = params(at["admin"], at["fingerprint"])
        settings = Path(name) / "puq-zimbra.toml"
        settings.write_text(
            f'[store]\ndir = "{name}/state"\n[http]\nlisten = "127.0.0.1:0"\n'
            "[limits]\nrequests_per_second = 0\nconcurrent_requests = 0\n"
        )
        config = ("--config", str(settings))
        command = [ENTRY, *config, "secret"]
        secret = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        key = base64.b64decode(secret.strip().removeprefix("whsec_"))
        with ready(*config, "serve") as address:
            place = address.removeprefix("http://")
            service = Service(place, key, json.dumps(given).encode())
            for event in ("create", "usage"):
                service.call("plain", event)
            yield service


def load(service: Service, host: str, event: str, calls: int) -> list[float]:
    """The seconds of each of so many calls, several at a time."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda _: service.call(host, event), range(calls)))


def measure(options: Options) -> Iterator[Figure]:
    """One call at a time, then as many as go."""
    with serving() as service:
        yield from one_by_one(service, options)
        for host, event, asks in EVENTS:
            if event not in UNDER_LOAD:
                continue
            for figure in under_load(service, host, event, options):
                # The bounds are on what the service does by itself.
                yield figure.without_bound() if asks else figure


def one_by_one(service: Service, options: Options) -> Iterator[Figure]:
    """What each hook takes besides SOAP."""
    repeat = 5 if options.small else 30
    for host, event, _ in EVENTS:
        service.call(host, event)
        besides, whole = [], []
        for _ in range(options.runs):
            before = service.waited()
            taken = [service.call(host, event) for _ in range(repeat)]
            soap = (service.waited() - before) / repeat
            whole.append(statistics.median(taken))
            besides.append(whole[-1] - soap)
        value = statistics.median(besides)
        evidence = f"{statistics.median(whole) * 1000:.1f} ms in all, median of {repeat} calls"
        what = f"HTTP call of {event} besides SOAP"
        yield Figure(what, value * 1000, "ms", evidence, most=BESIDES * 1000)


def under_load(service: Service, host: str, event: str, options: Options) -> Iterator[Figure]:
    """How many calls a second, and how long the slowest take."""
    each = options.size(CALLS) // PROCESSES
    rates, slowest = [], []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for _ in range(options.runs):
            begun = time.perf_counter()
            parts = [pool.submit(load, service, host, event, each) for _ in range(PROCESSES)]
            taken: Sequence[float] = sorted(one for part in parts for one in part.result())
            rates.append(len(taken) / (time.perf_counter() - begun))
            slowest.append(taken[int(len(taken) * 0.99)])
    evidence = f"{each * PROCESSES} calls, {PROCESSES * THREADS} at a time, each a connection"
    what = f"HTTP calls of {event}"
    yield Figure(f"{what} a second", statistics.median(rates), "/s", evidence, least=RATE)
    p99 = statistics.median(slowest)
    yield Figure(f"{what}, 99 of 100", p99, "s", evidence, most=P99)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
