"""A usage sync of several servers with every fault at every call: no stored figure is ever wrong.

The last good figures stay, marked as stale, or the new ones are there, whole; the other server is
read whatever happens to the first. One sync later all is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import responses

from puq_zimbra.call import Server
from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.chaos import STALE, Plan
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import Result, sync_all, sync_server
from puq_zimbra.zimbra.client import Zimbra

from .conftest import Note, Share
from .stories import KINDS
from .world import LIMITS, NOON

MB = 2**20
REJECTED = ("account.AUTH_FAILED", "service.PERM_DENIED", "account.MAINTENANCE_MODE")
PINNED = {"fingerprint": "sha256:" + "00" * 32}


@dataclass
class Estate:
    """Two Zimbras with a service each, one of them on two mailbox servers, and a store."""

    mounted: responses.RequestsMock
    folder: Path
    zimbras: dict[str, Simulator] = field(default_factory=dict)
    hour: int = 0

    def __post_init__(self) -> None:
        """Sell and fill."""
        for number, name in enumerate(("a", "b")):
            simulator = Simulator(domain="example.test", servers=2 - number)
            domain = f"{name}.example"
            simulator.create_domain(domain, zimbraForeignName=f"puq_zimbra:crm:{number}")
            for user in range(4):
                simulator.create_account(f"u{user}@{domain}", "Some-Pass-1")
                simulator.add_mail(f"u{user}@{domain}", 100 * MB)
            simulator.mount(self.mounted, f"https://{name}.test:7071/service/admin/soap")
            self.zimbras[name] = simulator
        self.config = Config.model_validate({"store": {"dir": str(self.folder)}, "limits": LIMITS})
        self.store = Store.open(self.config)

    def sync(self) -> dict[str, Result]:
        """Read both, an hour after the last time."""
        self.hour += 1
        now = NOON + timedelta(hours=self.hour)
        opened: list[Zimbra] = []

        def connect(server: Server) -> Zimbra:
            opened.append(Zimbra(server, self.config.limits, self.folder))
            return opened[-1]

        def one(name: str) -> Result:
            url = f"https://{name}.test:7071"
            given = {"url": url, "username": "admin@example.test", "password": "test123"}
            server = Server.model_validate({**given, "tls": PINNED})
            return sync_server(name, server, connect, self.store, now)

        try:
            return {result.name: result for result in sync_all(["a", "b"], one, 2)}
        finally:
            for zimbra in opened:
                zimbra.close()

    def stored(self, number: str) -> tuple[int, int, bool]:
        """A service's bytes, the sum over its mailboxes, and whether they are said to be old."""
        one = self.store.figures.latest("crm", number)
        assert one is not None
        boxes = sum(box.used or 0 for box in self.store.figures.mailboxes(one))
        return one.used, boxes, one.stale


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """The servers, read once."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mounted:
        made = Estate(mounted, tmp_path)
        assert all(result.error is None for result in made.sync().values())
        yield made
        made.store.close()
        mounted.reset()


def test_no_stored_figure_is_ever_wrong(estate: Estate, share: Share, note: Note) -> None:
    """Never a zero, a part, or an old figure shown as new."""
    simulator = estate.zimbras["a"]
    simulator.reset_log()
    estate.sync()
    calls = [call.name for call in simulator.log]
    # Rejected log-ins are not tried again for a quarter of an hour: tests/test_rejections.py.
    every = [
        (at, kind)
        for at, name in enumerate(calls)
        for kind, about in KINDS.items()
        if about["kind"] != "stale" or name in STALE
        if name != "AuthRequest" or not kind.startswith(REJECTED)
    ]
    chosen = share.of(every, "sync", sample=25, part=150)
    wrong = {}
    used = 400 * MB
    for at, kind in chosen:
        for zimbra, name in ((simulator, "a"), (estate.zimbras["b"], "b")):
            zimbra.add_mail(f"u0@{name}.example", MB)
        before, used = used, used + MB
        # For as long as the sync tries, and not for the log-off after it.
        name = calls[at]
        skip = calls[:at].count(name)
        simulator.chaos.add(Plan(**{"name": name, "skip": skip, **KINDS[kind], "times": 30}))
        result = estate.sync()["a"]
        simulator.chaos.clear()
        (mine, boxes, stale), theirs = estate.stored("0"), estate.stored("1")
        told = mine, boxes, stale, result.error is None
        if told not in ((used, used, False, True), (before, before, True, False)):
            wrong[f"{name} #{skip}, {kind}"] = (told, before, used, str(result.error))
        if theirs != (used, used, False):
            wrong[f"{name} #{skip}, {kind}, the other server"] = theirs
        estate.sync()
        if estate.stored("0") != (used, used, False):
            wrong[f"{name} #{skip}, {kind}, afterwards"] = estate.stored("0")
    note("usage sync", cases=len(chosen), wrong=len(wrong))

    assert wrong == {}
