"""Faults on demand: what to do instead of, before or after the next request of a name.

Every planned fault says whether the work is done before the answer is spoilt (``applied``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import by_code, no_such

Kind = Literal[
    "fault", "http", "drop", "delay", "drip", "mangle", "stale", "silence", "refuse", "stall"
]
#: What happens to a connection and not to a request: their plans are for ``*``.
CONNECTIONS = ("refuse", "stall")
#: What happens to an answer on its way.
TRAVELS = ("http", "drop", "drip", "mangle", "silence")
#: Reads that may be stale: what they select, how a fault calls it, and what makes one.
STALE = {
    "GetDomainRequest": ("domain", "domain", "CreateDomainRequest"),
    "GetAccountRequest": ("account", "account", "CreateAccountRequest"),
    "GetAccountInfoRequest": ("account", "account", "CreateAccountRequest"),
    "GetCosRequest": ("cos", "cos", "CreateCosRequest"),
    "GetDistributionListRequest": ("dl", "list", "CreateDistributionListRequest"),
    "GetCalendarResourceRequest": ("calresource", "resource", "CreateCalendarResourceRequest"),
    "GetServerRequest": ("server", "server", "CreateServerRequest"),
}


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
    #: A drop: before the answer or in the middle of its body.
    when: Literal["before", "middle"] = "before"
    seconds: float = 0.0
    #: One of `corrupt.WAYS`. For a drop ``reset`` (by TCP's reset) or ``unsaid`` (the head names no
    #: length, so that the cut looks like the answer's end); for a drip ``head`` (it drips too).
    how: str = ""
    #: A stale read also misses what was there before the plan.
    old_too: bool = False
    #: A fault after work of which the last part is missing: a new account has no password, a new
    #: domain takes no accounts.
    half: bool = False
    #: What is planned for the requests after the one that took this plan for the last time.
    then: Plan | None = None


class Chaos:
    """The disturbances still to come."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []
        #: What is planned from the next request on.
        self._next: list[Plan] = []
        self._lock = threading.Lock()
        #: Names and ids of what was made while a stale read was planned.
        self._fresh: set[str] = set()
        #: Called when new connections are to fail: those that are open go first.
        self.on_refusal: list[Callable[[], None]] = []
        #: Called with the name of each command that begins, members of a batch included.
        self.on_command: list[Callable[[str], None]] = []

    def add(self, plan: Plan) -> None:
        """Plan a disturbance; ValueError for a read that cannot be stale."""
        if plan.kind == "stale" and plan.name not in STALE:
            raise ValueError(f"stale reads are {', '.join(STALE)}")
        with self._lock:
            if not any(each.kind == "stale" for each in self._plans):
                self._fresh.clear()
            self._plans.append(plan)
        if plan.kind in CONNECTIONS:
            for hang_up in self.on_refusal:
                hang_up()

    def clear(self) -> None:
        """Forget all plans."""
        with self._lock:
            self._plans.clear()
            self._next.clear()
            self._fresh.clear()

    @property
    def pending(self) -> int:
        """How many plans wait."""
        return len(self._plans) + len(self._next)

    def begin(self) -> None:
        """A request came: what was to follow the one before is planned now."""
        with self._lock:
            self._plans += self._next
            self._next.clear()

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
                    self._next += [plan.then] if plan.then else []
                return plan
        return None

    def before(self, name: str) -> None:
        """Raise the fault planned in place of a command."""
        for called in self.on_command:
            called(name)
        plan = self._take(name, lambda p: p.kind == "fault" and not p.applied)
        if plan:
            raise by_code(plan.code, plan.text)

    def after(self, name: str) -> Plan | None:
        """Take the fault planned for when the command's work is done."""
        return self._take(name, lambda p: p.kind == "fault" and p.applied)

    def stale(self, command: Element) -> None:
        """Raise the fault of a read that does not see yet what was made."""
        name = el.local(command)
        if name not in STALE:
            return
        tag, kind, _ = STALE[name]
        selector = el.child(command, tag)
        asked = el.text(selector).strip() if selector is not None else ""
        is_new = asked.lower() in self._fresh
        plan = self._take(name, lambda p: p.kind == "stale" and (p.old_too or is_new))
        if plan:
            raise no_such(kind, asked)

    def note(self, name: str, answer: Element) -> None:
        """Remember what a command made, if a stale read waits for it."""
        if any(plan.kind == "stale" and STALE[plan.name][2] == name for plan in self._plans):
            made = (each.get(key) for each in answer for key in ("name", "id"))
            self._fresh.update(value.lower() for value in made if value)

    def connection(self) -> str | None:
        """Take the plan for a new connection: ``refuse``, ``stall`` or None."""
        plan = self._take("*", lambda p: p.kind in CONNECTIONS)
        return plan.kind if plan else None

    def transport(self, name: str) -> Plan | None:
        """Take the plan for how an answer travels."""
        return self._take(name, lambda p: p.kind in TRAVELS)

    def delay(self, name: str) -> float:
        """Seconds to wait before the command."""
        plan = self._take(name, lambda p: p.kind == "delay")
        return plan.seconds if plan else 0.0
