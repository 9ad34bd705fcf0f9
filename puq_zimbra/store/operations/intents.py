"""What a call is about to do, and why it cannot begin yet.

Source: `puq_zimbra.store.operations.operation_store`, which begins it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from puq_zimbra.errors import Busy
from puq_zimbra.request import Actor
from puq_zimbra.store.operations.wishes import Wish, aspects_of


@dataclass(frozen=True)
class Intent:
    """What a call is about to do."""

    #: the reference that the host is given
    id: str
    installation: str
    service_id: str
    event: str
    request_id: str | None
    fingerprint: str
    #: the call without any secret, as JSON; None = it cannot be carried on without its host
    call: str | None = None
    #: the call left it to us what becomes of the mail in the end
    unsaid: bool = False
    #: what it is about; nothing = what its event says
    aspects: frozenset[str] = frozenset()
    #: false while it is not known whether it takes anything's place
    supersedes: bool = True
    #: what another operation that is not over must not be about: that must be finished before
    waits_for: frozenset[str] = frozenset()
    #: who acts, as the host says it
    actor: Actor | None = None
    #: of a form of the customer's page: the action, and Zimbra's id of what it is about
    action: str = ""
    target: str = ""

    @property
    def wish(self) -> Wish:
        """What it is about."""
        return Wish(self.event, self.aspects or aspects_of(self.event), self.supersedes)

    def row(self, now: int, written: bool) -> dict[str, Any]:
        """The row of the operation that begins with it; times in seconds since 1970."""
        return {
            "id": self.id,
            "installation": self.installation,
            "service_id": self.service_id,
            "event": self.event,
            "request_id": self.request_id,
            "fingerprint": self.fingerprint,
            "state": "running",
            "started_at": now,
            "call": self.call,
            "runs": 1,
            "written": int(written),
            "supersedes": int(self.supersedes),
            "aspects": " ".join(sorted(self.wish.aspects)),
            "ending": "unsaid" if self.unsaid else None,
            "actor_kind": self.actor.kind if self.actor else None,
            "actor_id": self.actor.id if self.actor else None,
            "actor_name": self.actor.name if self.actor else None,
            "action": self.action[:60] or None,
            "object": self.target[:320] or None,
        }


class SameRuns(Busy):
    """The very same call is being carried out at this moment, as ``operation``."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation = operation


class InTurns(Busy):
    """A long operation runs, which lets others run between its writes."""


class FirstThis(Busy):
    """An operation that is not over must be finished before the call can begin."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation = operation
