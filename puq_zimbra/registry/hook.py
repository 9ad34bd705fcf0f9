"""The declaration of a hook: `HOOK = Hook(...)` at the top of its file in `hooks/`.

    aspect      what a request is about
    existence   that the service is there, and goes on
    access      who can log in
    package     limits and class of service
    password    the customer's own
    content:ID  one object that the customer manages on his page

Source: `puq_zimbra.store.operations`, which compares the aspects of two operations.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass
from typing import Literal, get_args

from puq_zimbra.request import Request

EXISTENCE, ACCESS, PACKAGE, PASSWORD = "existence", "access", "package", "password"
EVERYTHING = frozenset({EXISTENCE, ACCESS, PACKAGE, PASSWORD})

SERVER = ("server",)
INSTALLATION = ("installation", "server")
#: the service's domain; the address for model ``mailbox``
NAME = "service.domain"
SERVICE = ("installation", "server", "service", NAME)

#: the parts of a plan that a host reads for a hook: the limits, what a suspension shuts, what
#: becomes of the mail in the end, and what the customer may do on his page
LIMITS, SUSPENSION, ENDING, SELF_SERVICE = "limits", "suspension", "ending", "self_service"
WHOLE_PLAN = frozenset({LIMITS, SUSPENSION, ENDING, SELF_SERVICE})
#: of a hook that draws the customer's page, or carries out a form of it
PAGE_PLAN = frozenset({LIMITS, SUSPENSION, SELF_SERVICE})

Audience = Literal["staff", "customer", "both"]
#: how long a host waits for the answer: while it draws a page, at a click, for what is done to one
#: service, for what is read of all services of a server
Wait = Literal["page", "click", "service", "server"]
SECONDS: dict[Wait, int] = {"page": 3, "click": 15, "service": 25, "server": 120}


@dataclass(frozen=True, kw_only=True)
class Hook:
    """What the engine, the store and the hosts must know about an event."""

    #: keys of the request without which it is refused, in the order of the checks
    needs: tuple[str, ...]
    #: it may write to Zimbra, so it runs as an operation
    writes: bool = False
    #: of a hook that writes: what it is about. A later request replaces an unfinished one whose
    #: aspects it has all
    aspects: Set[str] = frozenset()
    #: unfinished operations about these must be finished before this one begins
    waits_for: Set[str] = frozenset()
    #: it finds out by reading whether it changes anything, and then calls `operations.take_all`
    reads_first: bool = False
    #: it carries out a form of the customer's page, whose token is checked before all else
    takes_form: bool = False
    #: it can be finished without the host; if not, an unfinished one is given up
    resumable: bool = True
    #: it makes the service: an unfinished one is finished before any other request but a deletion
    begins_service: bool = False
    #: it deletes the service in the end, so an old or restored operation is held
    ends_service: bool = False
    #: it is long, and lets other requests of the service run between its writes
    #: (`operations.breathe`)
    in_turns: bool = False
    #: it replaces every unfinished operation of the service
    is_final: bool = False
    #: it drops a deletion that is held
    calls_off_deletion: bool = False
    #: the list of services differs afterwards
    changes_list: bool = False
    #: it also accepts a service that bears no mark of its customer: all that it does can be undone
    accepts_unmarked: bool = False
    #: its answer may be stored and repeated; false where it holds a link or a token
    keeps_answer: bool = True
    #: its answer is a page, also when it fails
    draws_page: bool = False
    #: who reads the answer; customers are not told about the provider's servers
    audience: Audience = "staff"
    #: any host may send it under its own name; if not, only our commands and the hosts that
    #: declare a name for it
    public: bool = True
    #: WHMCS's module functions for it
    whmcs: tuple[str, ...] = ()
    #: the parts of the plan that it reads
    plan: Set[str] = frozenset()
    wait: Wait = "service"

    def __post_init__(self) -> None:
        """Check the declaration.

        Raises:
            ValueError: names the field.
        """
        for field in ("needs", "whmcs"):
            value = getattr(self, field)
            if not isinstance(value, tuple) or not all(isinstance(one, str) for one in value):
                raise ValueError(f"{field} must be a tuple of texts")
        unknown = [key for key in self.needs if key.partition(".")[0] not in Request.model_fields]
        if unknown:
            raise ValueError(f"needs holds {unknown[0]}, which no request has")
        if self.writes != bool(self.aspects):
            raise ValueError("aspects must be given if, and only if, writes is True")
        of_a_write = ("reads_first", "begins_service", "ends_service", "is_final", "in_turns")
        wrong = [name for name in of_a_write if getattr(self, name) and not self.writes]
        if wrong:
            raise ValueError(f"{wrong[0]} is for a hook that writes")
        _check("plan", self.plan, WHOLE_PLAN)
        _check("audience", {self.audience}, get_args(Audience))
        _check("wait", {self.wait}, SECONDS)

    @property
    def whole_plan(self) -> bool:
        """Whether it grants what was bought, so that nothing of it may be left out."""
        return self.plan == WHOLE_PLAN


def _check(field: str, values: Collection[str], known: Collection[str]) -> None:
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"{field} holds {unknown[0]}, which is none of {', '.join(sorted(known))}")
