"""What a simulated Zimbra saw of the writes of several machines: who wrote what, and when."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from puq_zimbra.simulator import Simulator

INSTALLATION = "crm.example"
#: seconds that a write takes, so that two can meet
_WRITE = 0.2


@dataclass(frozen=True)
class Write:
    """One write to a service."""

    begun: float
    ended: float
    #: the log-in of the process that sent it
    process: str
    #: what was wanted: the status that the domain had before and after it
    before: str
    after: str


class Watched:
    """A Zimbra with so many services, each a domain, whose writes are noted."""

    def __init__(self, simulator: Simulator, services: int) -> None:
        self.simulator = simulator
        self.writes: dict[str, list[Write]] = defaultdict(list)
        self._lock = threading.Lock()
        self._service_of: dict[str, str] = {}
        for number in range(services):
            stamp = f"puq_zimbra:{INSTALLATION}:{number}"
            domain = simulator.create_domain(f"d{number}.example", zimbraForeignName=stamp)
            self._service_of[domain.id] = str(number)
        dispatcher: Any = simulator._engine
        handle = dispatcher._one

        def one(command: Any, context: Any) -> Any:
            service = None
            if command.tag.endswith("ModifyDomainRequest"):
                service = self._service_of.get(command.get("id", ""))
            if service is None:
                return handle(command, context)
            begun, before = time.monotonic(), self.status(service)
            result = handle(command, context)
            time.sleep(_WRITE)
            write = Write(begun, time.monotonic(), context.token.text, before, self.status(service))
            with self._lock:
                self.writes[service].append(write)
            return result

        dispatcher._one = one

    def status(self, service: str) -> str:
        """The status of a service's domain."""
        return str(self.simulator.domain(f"d{service}.example").first("zimbraDomainStatus"))

    def overlapping(self) -> int:
        """Writes to one service by two processes at once."""
        return sum(
            one.begun < other.ended and other.begun < one.ended and one.process != other.process
            for writes in self.writes.values()
            for one, other in combinations(writes, 2)
        )

    def changes(self) -> int:
        """How often a domain's status was changed."""
        return sum(one.before != one.after for each in self.writes.values() for one in each)
