"""Every page of the customer's area for a domain of 10,000 mailboxes: time, requests, size.

The simulated Zimbra is a process of its own. Our own time is the CPU time of the hook that draws
the page, from the host's JSON to its answer; what is counted are HTTP requests, a batch once, but
not the administrator's log-in, which a process makes once. Pages are found in their folder. Those
of mailboxes are measured once more after many were made since the reading. The resolver never
answers. The settings, the queue and the DNS of a private server are those of a second, smaller
service.
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from verdict import Figure, Options, main

from puq_zimbra.clientarea.page import declared
from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.settings.table import SETTINGS
from puq_zimbra.simulator import Simulator, make_tls

MAILBOXES, DOMAIN = 10_000, "bench.example"
#: seconds of our own, HTTP requests to Zimbra, bytes of HTML
SECONDS, REQUESTS, BYTES = 0.3, 3, 200_000
#: HTTP requests of the page with all settings of a private server; seconds by the clock of its DNS
REQUESTS_OF_SETTINGS, DNS_SECONDS = 4, 0.3
#: a private server's mailboxes, and what its order says otherwise
MAILBOXES_OF_PRIVATE = 10
PRIVATE = {"model": "server", "disk": 2**40, "plan": {"mailboxes": 100, "self_service": ["full"]}}
HOST = {"action": "clientarea.php", "page_url": "clientarea.php?p="}
#: seconds since classes and mailboxes were made; mailboxes that are made after the reading
HOUR, MADE = 3600, 600
#: what is asked of a list besides the page itself
ASKED: Mapping[str, list[dict[str, str]]] = {
    "mailboxes": [
        {"q": "user12"},
        {"p": "100"},
        {"sort": "-used"},
        {"sort": "limit"},
        {"sort": "-last_login", "p": "3"},
        {"sort": "name"},
        {"sort": "state"},
    ],
    "alias_domain_new": [{"new": "neu.example"}],
}


def _zimbra(pipe: Connection, folder: str, count: int) -> None:
    """A simulated Zimbra: it tells how often it was asked whenever it is told to."""
    simulator = Simulator(domain="example.test", admin_password="test123", clock=_an_hour_ago)
    simulator.state.clock = time.time
    tls = make_tls("mail.example.test", Path(folder))
    with simulator.serve(tls) as running:
        pipe.send((running.admin_url, str(tls.ca_file)))
        pipe.recv()  # the service is made
        simulator.state.clock = _an_hour_ago
        simulator.seed_accounts(DOMAIN, count, quota=2**30, used=lambda one: one * 90_000)
        pipe.send(_objects(simulator))
        simulator.state.clock = time.time
        while asked := pipe.recv():
            if asked == MADE:
                simulator.seed_accounts(DOMAIN, MADE, prefix="new", quota=2**30)
            pipe.send(len(simulator.traffic.arrivals))


def _an_hour_ago() -> float:
    return time.time() - HOUR


def _objects(simulator: Simulator) -> dict[str, str]:
    """What the pages of one object are about: its kind -> its id."""
    box, domain = simulator.account(f"user7@{DOMAIN}"), simulator.domain(DOMAIN)
    assert box is not None
    assert domain is not None
    box.put("zimbraDumpsterEnabled", "TRUE")
    members = [f"user{one}@{DOMAIN}" for one in range(1, 201)]
    alias = {"zimbraDomainType": "alias", "zimbraDomainAliasTargetId": domain.id}
    return {
        "mailbox": box.id,
        "list": simulator.create_list(f"team@{DOMAIN}", members=members).id,
        "room": simulator.create_resource(f"hall@{DOMAIN}").id,
        "alias": simulator.create_domain("more.example", **alias).id,
    }


@dataclass
class Bench:
    """The service of the benchmark and its customer."""

    runtime: Runtime
    pipe: Connection
    given: dict[str, Any]
    objects: Mapping[str, str] = field(default_factory=dict)

    def ask(self, event: str, **more: Any) -> dict[str, Any]:
        """Call a hook."""
        answer = dispatch("plain", event, {**self.given, **more}, self.runtime)
        assert answer.value["ok"], answer
        found: dict[str, Any] = answer.value
        return found

    def requests(self) -> int:
        """HTTP requests that Zimbra got so far."""
        self.pipe.send(True)
        counted: int = self.pipe.recv()
        return counted

    def make_more(self) -> None:
        """Let mailboxes be made of which the last reading does not know."""
        self.pipe.send(MADE)
        self.pipe.recv()


@contextmanager
def bench(count: int, sold: Mapping[str, Any] | None = None) -> Iterator[Bench]:
    """A domain with so many mailboxes that was just measured; ``sold`` is laid over its order."""
    here, there = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory() as folder, _silent() as resolver:
        process = multiprocessing.get_context("fork").Process(
            target=_zimbra, args=(there, folder, count), daemon=True
        )
        process.start()
        url, ca_file = here.recv()
        limits = {"requests_per_second": 0, "concurrent_requests": 0, "hook_seconds": 600}
        dns = {"resolvers": [resolver]}
        settings = {"store": {"dir": f"{folder}/state"}, "limits": limits, "dns": dns}
        found = Bench(Runtime(Config.model_validate(settings)), here, _given(url, ca_file))
        found.given["service"] |= sold or {}
        found.ask("create")
        here.send(True)
        found.objects = here.recv()
        found.ask("usage")
        yield found
        here.send(False)
        process.join()
        found.runtime.close()


@contextmanager
def _silent() -> Iterator[str]:
    """A resolver that takes every question and answers none; its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taking:
        taking.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taking.getsockname()[1]}"


def _given(url: str, ca_file: str) -> dict[str, Any]:
    return {
        "installation": "bench.example",
        "server": {
            "url": url,
            "username": "admin@example.test",
            "password": "test123",
            "tls": {"ca_file": ca_file},
        },
        "service": {
            "id": "1",
            "domain": DOMAIN,
            "customer_id": "7",
            "plan": {"mailboxes": 20_000, "domain_quota": 2**44, "self_service": ["full"]},
            "admin": {"password": "Bench-Pass-1"},
        },
    }


#: page -> the kind of object that it is about
ABOUT = {
    **dict.fromkeys(("mailbox", "mailbox_delete", "mailbox_purge"), "mailbox"),
    **dict.fromkeys(("allow_block", "recover"), "mailbox"),
    **dict.fromkeys(("list", "list_delete"), "list"),
    **dict.fromkeys(("room", "room_delete"), "room"),
    "alias_domain": "alias",
}


def pages(objects: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page, and what is asked of it; those of an import are measured by `bulk`."""
    for name in declared():
        if name in ("import_preview", "import_progress"):
            continue
        yield name, {"id": objects[ABOUT[name]]} if name in ABOUT else {}
        for query in ASKED.get(name, ()):
            yield name, query


@dataclass(frozen=True)
class Seen:
    """What a page cost."""

    what: str
    seconds: float
    requests: int
    bytes: int
    #: by the clock, Zimbra's part included
    waited: float


def measure(options: Options) -> Iterator[Figure]:
    """Draw each page some times."""
    count = options.size(MAILBOXES)
    with bench(count) as found:
        seen = [_page(found, name, query, options.runs) for name, query in pages(found.objects)]
        found.make_more()
        changed = [
            _page(found, name, query, options.runs)
            for name, query in pages(found.objects)
            if name in ("mailbox", "mailboxes", "mailbox_new")
        ]
        seen += [replace(one, what=f"{one.what}, {MADE} made since") for one in changed]
    with bench(MAILBOXES_OF_PRIVATE, PRIVATE) as found:
        private = {
            name: _page(found, name, {}, options.runs) for name in ("settings", "queue", "dns")
        }
    for one in (*seen, *(replace(one, what=f"private {name}") for name, one in private.items())):
        print(
            f"{one.seconds:8.3f} s {one.requests:3} requests {one.bytes / 1000:8.1f} kB  {one.what}"
        )
    evidence = f"{len(seen)} pages of {count} mailboxes, {{}} costs the most"
    slowest = max(seen, key=lambda one: one.seconds)
    yield Figure("own time of a page", slowest.seconds, "s", evidence.format(slowest.what),
                 most=SECONDS)  # fmt: skip
    asks = max(seen, key=lambda one: one.requests)
    yield Figure("HTTP requests of a page", asks.requests, "",
                 evidence.format(asks.what), most=REQUESTS, timed=False)  # fmt: skip
    longest = max(seen, key=lambda one: one.bytes)
    yield Figure("HTML of a page", longest.bytes / 1000, "kB", evidence.format(longest.what),
                 most=BYTES / 1000, timed=False)  # fmt: skip
    yield from _of_a_private_server(private)


def _of_a_private_server(seen: Mapping[str, Seen]) -> Iterator[Figure]:
    settings, dns = seen["settings"], seen["dns"]
    yield Figure("HTTP requests of all settings", settings.requests, "",
                 f"{len(SETTINGS)} settings of a private server", most=REQUESTS_OF_SETTINGS,
                 timed=False)  # fmt: skip
    yield Figure("DNS page, by the clock", dns.waited, "s", "a resolver that never answers",
                 most=DNS_SECONDS)  # fmt: skip


def _page(found: Bench, name: str, query: dict[str, str], runs: int) -> Seen:
    seconds, asked, waited = [], [], []
    html = ""
    for _ in range(runs + 1):  # the first one compiles the template
        before, begun, clock = found.requests(), time.process_time(), time.perf_counter()
        html = found.ask("client_area", form=HOST, page=name, query=query)["html"]
        waited.append(time.perf_counter() - clock)
        seconds.append(time.process_time() - begun)
        asked.append(found.requests() - before)
    told = "&".join(f"{key}={value}" for key, value in query.items() if key != "id")
    what = f"{name}{'?' + told if told else ''}"
    return Seen(what, statistics.median(seconds[1:]), max(asked[1:]), len(html.encode()),
                statistics.median(waited[1:]))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
