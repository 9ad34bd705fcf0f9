"""The product's part in the benchmarks: the only file that names its collector."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from mailboxes import Sums
from pydantic import SecretStr

from puq_zimbra.config import Limits
from puq_zimbra.store.database import Store
from puq_zimbra.usage import collect, sync
from puq_zimbra.usage.tallies import Tallies
from puq_zimbra.zimbra import listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server, Tls

USERNAME, PASSWORD = "admin@bench.example", "bench-password"
#: lifted: what is measured is our own time
LIMITS = Limits(requests_per_second=0, concurrent_requests=0)


def server(url: str, ca_file: Path) -> Server:
    """A replaying server as the product is told of it."""
    tls = Tls(ca_file=str(ca_file))
    return Server(url=url, username=USERNAME, password=SecretStr(PASSWORD), tls=tls)


def client(to: Server) -> Zimbra:
    """Our client of it."""
    return Zimbra(to, LIMITS)


def storage(url: str, ca_file: Path, domains: Sequence[str]) -> Sums:
    """Log in, read the storage of every account, sum it up by service, log off."""
    zimbra = client(server(url, ca_file))
    sold = {f"puq_zimbra:bench:{name}": Entry("domain", name, name, {}) for name in domains}
    tallies = Tallies(sold, {}, {})
    try:
        for page in listings.storage(zimbra):
            tallies.storage(page)
    finally:
        zimbra.close()
    return {one.stamped.name: (one.named_by_storage, one.used, one.limits) for one in tallies}


class Nowhere:
    """Where pages go whose sums alone are wanted."""

    def accounts(self, rows: object) -> None:
        """Take a page of the directory."""

    def storage(self, rows: object) -> None:
        """Take a page of storage."""


def collected(url: str, ca_file: Path) -> int:
    """Measure every service: directory and storage. Return the number of customers' mailboxes."""
    zimbra = client(server(url, ca_file))
    try:
        found = collect.collect(zimbra, Nowhere())
    finally:
        zimbra.close()
    assert not found.failed
    return sum(one.mailboxes for one in found.tallies)


def synced(url: str, ca_file: Path, store: Store, now: datetime) -> int:
    """The same, and keep the figures."""
    clients: list[Zimbra] = []

    def connect(to: Server) -> Zimbra:
        clients.append(client(to))
        return clients[-1]

    try:
        result = sync.sync_server("bench", server(url, ca_file), connect, store, now)
    finally:
        for one in clients:
            one.close()
    assert result.error is None, result.error
    return result.mailboxes
