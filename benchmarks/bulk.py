"""An import of 1,000 mailboxes: its preview, and how little it asks of Zimbra.

The customer's own forms and pages, from the pasted table to the page of the outcome, against a
simulated Zimbra over TLS with the limits on what it is asked as they are by default. Requests are
counted as they arrive there; a batch counts once, as in Zimbra's own filter.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verdict import Figure, Options, main

from puq_zimbra.config import Config
from puq_zimbra.engine.dispatch import dispatch
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.engine.work import carry_on_all
from puq_zimbra.simulator import Simulator, make_tls

ROWS = 1_000
#: seconds of a preview; HTTP requests of all creations; in any second
PREVIEW, REQUESTS, RATE = 2.0, 60, 25
HOST = {"action": "page.php", "page_url": "page.php?p="}


@dataclass
class Customer:
    """Who imports, and where."""

    runtime: Runtime
    url: str
    ca_file: str

    def ask(self, event: str, **more: Any) -> dict[str, Any]:
        """Send a request of his service."""
        given = {
            "installation": "bench.example",
            "server": {"url": self.url, "username": "admin@example.test", "password": "test123",
                       "tls": {"ca_file": self.ca_file}},
            "service": {"id": "1", "domain": "bench.example", "customer_id": "7",
                        "plan": {"self_service": ["full"], "mailboxes": 2 * ROWS},
                        "admin": {"password": "First-Pass-1"}},
            **more,
        }  # fmt: skip
        value: dict[str, Any] = dispatch("plain", event, given, self.runtime).value
        return value

    def open(self, page: str, **query: str) -> str:
        """Open a page."""
        return str(self.ask("client_area", form=HOST, page=page, query=query)["html"])

    def send(self, html: str, action: str, **typed: str) -> dict[str, Any]:
        """Send the form of an action that stands on a page."""
        form = next(one for one in html.split("<form ")[1:] if f'value="{action}"' in one)
        fields = dict(re.findall(r'name="(puqz_[a-z]+)" value="([^"]*)"', form))
        found = self.ask("client_action", form={**HOST, **fields, **typed}, query={})
        assert found["ok"], found
        return found


def table(count: int) -> str:
    """So many new mailboxes."""
    lines = [f"box{number:04};Person {number};1\n" for number in range(count)]
    return "".join(("address;name;limit\n", *lines))


def busiest(arrivals: list[float]) -> int:
    """The most requests that arrived within one second."""
    return max(sum(first <= at < first + 1 for at in arrivals) for first in arrivals)


def measure(options: Options) -> Iterator[Figure]:
    """Import once; the preview as often as asked."""
    simulator = Simulator(domain="example.test", admin_password="test123")
    with tempfile.TemporaryDirectory() as folder:
        tls = make_tls("mail.example.test", Path(folder) / "tls")
        with simulator.serve(tls) as running:
            password = Path(folder) / "password"
            password.touch(mode=0o600)
            password.write_text("test123")
            server = {"url": running.admin_url, "username": "admin@example.test",
                      "password_file": str(password), "ca_file": str(tls.ca_file)}  # fmt: skip
            config = Config.model_validate(
                {"store": {"dir": f"{folder}/state"}, "servers": {"mail1": server}}
            )
            runtime = Runtime(config)
            try:
                customer = Customer(runtime, running.admin_url, str(tls.ca_file))
                yield from _measured(simulator, customer, options)
            finally:
                runtime.close()


def _measured(simulator: Simulator, customer: Customer, options: Options) -> Iterator[Figure]:
    assert customer.ask("create")["ok"]
    count, arrivals = options.size(ROWS), simulator.traffic.arrivals
    form = customer.open("import")
    arrivals.clear()
    begun = time.perf_counter()
    read = customer.send(form, "preview_import", text=table(count))["data"]
    html = customer.open("import_preview", **read["query"])
    first = time.perf_counter() - begun
    evidence = f"{first:.2f} s for {count} rows: table read, compared with Zimbra, page drawn"
    yield Figure("preview of an import", first, "s", evidence, most=PREVIEW)
    yield Figure("HTTP requests of a preview", len(arrivals), "", f"{count} rows", timed=False)
    arrivals.clear()
    customer.send(html, "start_import")
    begun = time.perf_counter()
    assert [reply.code for _, reply in carry_on_all(customer.runtime)] == ["updated"]
    took = time.perf_counter() - begun
    bulk = customer.runtime.store().bulk
    upload = bulk.latest("bench.example", "1")
    assert upload is not None
    assert bulk.counts(upload) == {"created": count}
    sent = list(arrivals)
    evidence = f"{count} mailboxes made in {took:.1f} s"
    yield Figure("HTTP requests of an import", len(sent), "", evidence, most=REQUESTS, timed=False)
    yield Figure(
        "requests in the busiest second", busiest(sent), "", evidence, most=RATE, timed=False
    )
    outcome = customer.open("import_progress", **read["query"])
    size = len(outcome.encode()) / 1000
    yield Figure("page of the outcome", size, "KB", f"{count} rows", most=200, timed=False)


if __name__ == "__main__":
    sys.exit(main(__doc__, measure))
