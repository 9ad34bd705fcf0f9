"""Admin sessions: what a client's echoed session keeps between pages.

Source: `SoapEngine`, `SessionCache`, `AdminSession`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from puq_zimbra.simulator import faults

MAX_PER_ADMIN = 5
IDLE_SECONDS = 600
#: Known kinds of session by the first digit of their ids: soap, imap, admin, wiki, synclistener …
_KINDS = "0123456"
_ADMIN_KIND = "3"


@dataclass
class Session:
    """One session of one account."""

    id: str
    account_id: str
    created: float
    used: float
    admin: bool = True
    #: Results kept for later pages, by what was asked.
    kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)


class Sessions:
    """All open sessions."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._next = 1

    def open(self, account_id: str, now: float, admin: bool = True) -> Session:
        """Start a session; the oldest of more than five is dropped silently."""
        own = [each for each in self._open.values() if each.account_id == account_id]
        for old in own:
            if now - old.used > IDLE_SECONDS:
                self._open.pop(old.id, None)
        own = [each for each in own if each.id in self._open]
        if len(own) >= MAX_PER_ADMIN:
            oldest = min(own, key=lambda each: each.used)
            self._open.pop(oldest.id, None)
        made = Session(f"{_ADMIN_KIND}{self._next}", account_id, now, now, admin)
        self._next += 1
        self._open[made.id] = made
        return made

    def resume(self, id_: str, account_id: str, now: float) -> Session | None:
        """An echoed session if it is still open; ids of no known kind are a FAILURE."""
        if id_[:1] not in _KINDS or not id_.isdigit():
            raise faults.failure(
                "java.lang.ArrayIndexOutOfBoundsException: Index 9 out of bounds for length 7"
            )
        found = self._open.get(id_)
        if found is None or found.account_id != account_id or now - found.used > IDLE_SECONDS:
            return None
        found.used = now
        return found

    def close(self, id_: str) -> None:
        """End a session."""
        self._open.pop(id_, None)

    def of(self, account_id: str | None = None) -> list[Session]:
        """Open sessions, of one account or all."""
        return [s for s in self._open.values() if account_id in (None, s.account_id)]
