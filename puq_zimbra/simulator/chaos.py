"""Faults on demand: what to do instead of, before or after the next request of a name.

Every planned fault says whether the work is done before the answer is spoilt (``applied``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from puq_zimbra.simulator.faults import by_code

Kind = Literal["fault", "http", "drop", "delay", "drip", "mangle"]


@dataclass
class Plan:
    """One planned disturbance."""

    #: Request name, or ``*`` for any.
    name: str
    kind: Kind
    applied: bool = False
    times: int = 1
    #: How many matching requests pass undisturbed first.
    skip: int = 0
    code: str = ""
    text: str = ""
    status: int = 503
    body: bytes = b""
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    when: Literal["before", "middle"] = "before"
    seconds: float = 0.0
    #: One of `mangle.WAYS`.
    how: str = ""


class Chaos:
    """The disturbances still to come."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []
        self._lock = threading.Lock()

    def add(self, plan: Plan) -> None:
        """Plan a disturbance."""
        with self._lock:
            self._plans.append(plan)

    def clear(self) -> None:
        """Forget all plans."""
        with self._lock:
            self._plans.clear()

    @property
    def pending(self) -> int:
        """How many plans wait."""
        return len(self._plans)

    def _take(self, name: str, fits: Callable[[Plan], bool]) -> Plan | None:
        with self._lock:
            for plan in self._plans:
                if plan.name not in (name, "*") or not fits(plan):
                    continue
                if plan.skip > 0:
                    plan.skip -= 1
                    continue
                plan.times -= 1
                if plan.times <= 0:
                    self._plans.remove(plan)
                return plan
        return None

    def before(self, name: str) -> None:
        """Raise the fault planned in place of a command."""
        plan = self._take(name, lambda p: p.kind == "fault" and not p.applied)
        if plan:
            raise by_code(plan.code, plan.text)

    def after(self, name: str) -> None:
        """Raise the fault planned for when the command's work is done."""
        plan = self._take(name, lambda p: p.kind == "fault" and p.applied)
        if plan:
            raise by_code(plan.code, plan.text)

    def transport(self, name: str) -> Plan | None:
        """Take the plan for how an answer travels."""
        return self._take(name, lambda p: p.kind in ("http", "drop", "drip", "mangle"))

    def delay(self, name: str) -> float:
        """Seconds to wait before the command."""
        plan = self._take(name, lambda p: p.kind == "delay")
        return plan.seconds if plan else 0.0
