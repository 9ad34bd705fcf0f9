"""What was asked, in order, for tests to look at."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import Fault

_READS = ("Get", "Search", "Count", "Check", "Compute")
_READ_NAMES = frozenset(
    {"AuthRequest", "NoOpRequest", "PingRequest", "EndSessionRequest", "DelegateAuthRequest"}
)
_KEPT = 10_000


@dataclass(frozen=True)
class Call:
    """One command and how it ended."""

    #: Name of the request, e.g. ``CreateDomainRequest``.
    name: str
    ok: bool
    #: Zimbra's code when it was refused.
    code: str | None
    #: The request as it was read.
    element: Element

    @property
    def writes(self) -> bool:
        """Say whether the command changes state, or tried to."""
        return self.name not in _READ_NAMES and not self.name.startswith(_READS)


class CallLog:
    """The last commands, batch members included."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def add(self, command: Element, fault: Fault | None) -> None:
        """Note a command."""
        if len(self.calls) >= 2 * _KEPT:
            del self.calls[:_KEPT]
        code = fault.code if fault else None
        self.calls.append(Call(el.local(command), fault is None, code, copy.deepcopy(command)))
