"""Two Zimbras with a service each, and a store that a usage sync fills from both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from puq_zimbra.config import Config
from puq_zimbra.simulator import Simulator
from puq_zimbra.store.database import Store
from puq_zimbra.usage.sync import Result, sync_all, sync_server
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server

from .case_env import LIMITS, NOON

MB = 2**20
#: bytes that each service begins with
FILLED = 400 * MB
#: bytes, the sum over the mailboxes, whether they are said to be old, the month's highest
Stored = tuple[int, int, bool, int]


def fill(simulator: Simulator, name: str, number: int) -> None:
    """Sell a domain with four mailboxes as a service of that number."""
    domain = f"{name}.example"
    simulator.create_domain(domain, zimbraForeignName=f"puq_zimbra:crm:{number}")
    for user in range(4):
        simulator.create_account(f"u{user}@{domain}", "Some-Pass-1")
        simulator.add_mail(f"u{user}@{domain}", FILLED // 4)


def new(used: int) -> Stored:
    """What is kept after a good reading."""
    return used, used, False, used


def old(used: int) -> Stored:
    """What stays when a reading failed."""
    return used, used, True, used


class Estate:
    """The servers "a" and "b" with the services 0 and 1."""

    def __init__(
        self,
        folder: Path,
        zimbras: Mapping[str, Simulator],
        reached: Mapping[str, Mapping[str, Any]],
        **limits: float,
    ) -> None:
        """``reached`` are the servers' ``url`` and ``tls``."""
        self.zimbras, self._reached, self._folder, self._hour = zimbras, reached, folder, 0
        for number, (name, simulator) in enumerate(zimbras.items()):
            fill(simulator, name, number)
        settings = {"store": {"dir": str(folder)}, "limits": {**LIMITS, **limits}}
        self._config = Config.model_validate(settings)
        self.store = Store.open(self._config)

    def sync(self) -> dict[str, Result]:
        """Read both, an hour after the last time."""
        self._hour += 1
        now = NOON + timedelta(hours=self._hour)
        opened: list[Zimbra] = []

        def connect(server: Server) -> Zimbra:
            opened.append(Zimbra(server, self._config.limits, self._folder))
            return opened[-1]

        def one(name: str) -> Result:
            given = {"username": "admin@example.test", "password": "test123"}
            server = Server.model_validate({**given, **self._reached[name]})
            return sync_server(name, server, connect, self.store, now)

        try:
            return {result.name: result for result in sync_all(list(self.zimbras), one, 2)}
        finally:
            for zimbra in opened:
                zimbra.close()

    def stored(self, number: str) -> Stored:
        """What is kept of a service."""
        one = self.store.usage.latest("crm", number)
        assert one is not None
        boxes = sum(box.used or 0 for box in self.store.usage.mailboxes(one))
        month = f"{one.measured_at:%Y-%m}"
        highest = {peak.figure: peak for peak in self.store.history.peaks("crm", number, month)}
        assert highest["mailboxes"].value == len(self.store.usage.mailboxes(one)) == 4
        return one.used, boxes, one.stale, highest["storage"].value
