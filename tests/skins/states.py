"""Services in every state that a customer may find his in.

Each is a function that lets a service come into that state, by hooks and on the simulated Zimbra,
and gives what draws its page: the hook itself, or the renderer where no hook gets there in a test.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from puq_zimbra import readings
from puq_zimbra.billing import plain
from puq_zimbra.clientarea import render
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.simulator import Simulator
from puq_zimbra.simulator.handlers import monitoring

from ..conftest import Hook, Params, lay_over
from ..models.conftest import MAILBOX, SERVER

GB, MB = 2**30, 2**20
NOW = datetime(2026, 11, 21, 11, 8, tzinfo=UTC)
DAYS = 35
#: local part -> bytes a day
PACE = {
    "anna.kowalska": 120 * MB,
    "biuro": 40 * MB,
    "dzial.obslugi.klienta.i.reklamacji": 17 * MB,
    "jan": MB,
    "cisza": 0,
}
ACTIVE = readings.ServiceState("active", False, None, "admin@firma.example")
HOSTILE = (
    "<script>alert(1)</script>",
    "</table></div><img src=x onerror=alert(1)>",
    "\"' autofocus onfocus='alert(1)",
    "{php}alert(1);{/php}{$smarty.version}",
    "&lt;b&gt;&amp;&#123;",
    "\u202egnp.exe\u202c \u05e9\u05dc\u05d5\u05dd",
    "ż" * 150,
)

#: draws the page with changes laid over the whole call
Draw = Callable[[Params], str]


@dataclass(frozen=True)
class Sold:
    """A service, and all that can happen to it."""

    hook: Hook
    params: Params
    runtime: Runtime
    simulator: Simulator

    def by_hook(self, **more: Any) -> Draw:
        """Draw the page as a host gets it; ``more`` is laid over the whole call, too."""

        def draw(changes: Params) -> str:
            answer = self.hook("client_area", **_laid(more, changes))
            assert answer.value["html"]
            return str(answer.value["html"])

        return draw

    def by_values(self, **values: Any) -> Draw:
        """Draw the page from values in place of those that a hook reads."""
        known: dict[str, Any] = {"state": ACTIVE, "usage": None, "history": ()}
        usage = values.get("usage")
        known["mailboxes_now"] = len(usage.mailboxes) if usage else None

        def draw(changes: Params) -> str:
            call = plain.validate(_laid(self.params, changes))
            return render.fragment(call, **{**known, **values}, now=NOW)

        return draw


def _laid(params: Params, changes: Params) -> Params:
    given = copy.deepcopy(params)
    lay_over(given, changes)
    return given


def empty(sold: Sold) -> Draw:
    """Created a moment ago."""
    sold.runtime.now = lambda: NOW
    sold.hook("create")
    return sold.by_hook()


def unmeasured(sold: Sold) -> Draw:
    """Nothing is known of it."""
    return sold.by_values(state=None)


def normal(sold: Sold) -> Draw:
    """Measured every third day for weeks."""
    sold.runtime.now = lambda: NOW - timedelta(days=70)
    sold.hook("create")
    sold.hook("client_area")
    for name in PACE:
        sold.simulator.create_account(f"{name}@firma.example", "Some-Pass-1")
    for day in range(DAYS % 3, DAYS + 1, 3):
        sold.runtime.now = lambda day=day: NOW - timedelta(days=DAYS - day)  # type: ignore[misc]
        for name, pace in PACE.items():
            sold.simulator.add_mail(f"{name}@firma.example", 3 * pace)
        sold.hook("client_area")
    return sold.by_hook()


def near_whole(sold: Sold) -> Draw:
    """Less than a twentieth of the space is free."""
    return _filled(sold, 4.75, 11.5)


def over_whole(sold: Sold) -> Draw:
    """More than the space, after a change to a smaller plan."""
    return _filled(sold, 6.6, 12)


def near_box(sold: Sold) -> Draw:
    """One mailbox has room for a few messages more."""
    return _filled(sold, 4.7, 50)


def over_box(sold: Sold) -> Draw:
    """One mailbox holds more than it may."""
    return _filled(sold, 5.3, 50)


def _filled(sold: Sold, jan: float, quota: float) -> Draw:
    normal(sold)
    sold.simulator.add_mail("jan@firma.example", int(jan * GB))
    sold.runtime.now = lambda: NOW + timedelta(hours=2)
    return sold.by_hook(service={"plan": {"domain_quota": int(quota * GB)}})


def suspended(sold: Sold) -> Draw:
    """Overdue."""
    normal(sold)
    sold.hook("suspend")
    return sold.by_hook()


def ending(sold: Sold) -> Draw:
    """Cancelled, and to be deleted in two weeks."""
    normal(sold)
    sold.simulator.state.clock = NOW.timestamp  # no day is named while the clocks differ
    sold.hook("terminate", service={"plan": {"terminate": {"mode": "grace", "grace_days": 14}}})
    return sold.by_hook()


def stale(sold: Sold) -> Draw:
    """The last reading failed."""
    normal(sold)
    usage = usage_reading.last(plain.validate(sold.params), sold.runtime, domain="firma.example")
    assert usage is not None
    whole = replace(usage_reading.with_mailboxes(usage, sold.runtime), stale=True)
    return sold.by_values(usage=whole, history=usage_reading.history(usage, sold.runtime))


def error(sold: Sold) -> Draw:
    """Zimbra gives no answer, and the last figures are three hours old."""
    normal(sold)
    sold.runtime.now = lambda: NOW + timedelta(hours=3)
    sold.simulator.drop_next("GetDomainRequest", times=999)
    return sold.by_hook()


def unknown(sold: Sold) -> Draw:
    """Zimbra has never given an answer."""
    sold.simulator.drop_next("GetDomainRequest", times=999)
    return sold.by_hook()


def many(sold: Sold) -> Draw:
    """More mailboxes than a page of the table, one of them searched for."""
    sold.runtime.now = lambda: NOW
    sold.hook("create")
    sold.simulator.seed_accounts("firma.example", 120, used=lambda number: number * 40 * MB)
    return sold.by_hook(page="2", form={"search": "user", "sort": "-used"})


def mailbox(sold: Sold) -> Draw:
    """One address, sold alone."""
    sold.simulator.create_domain("poczta.example")
    sold.hook("create", service=MAILBOX)
    sold.simulator.add_mail("anna@poczta.example", 700 * MB)
    return sold.by_hook(service=MAILBOX)


def server(sold: Sold) -> Draw:
    """A private Zimbra, one of its services down."""
    monitoring.enable(sold.simulator.state)
    sold.simulator.state.stopped.add(("mail.example.test", "mailbox"))
    sold.hook("create", service=SERVER)
    return sold.by_hook(service=SERVER)


def hostile(sold: Sold) -> Draw:
    """Everything that somebody outside can name has a name that wants to be more than that."""
    boxes = tuple(
        readings.MailboxUsage(name, name, number * GB, 5 * GB, name)
        for number, name in enumerate(HOSTILE)
    )
    counts = readings.Counts({"": {"active": len(boxes)}})
    usage = readings.ServiceUsage(
        "default", "42", HOSTILE[0], "1", NOW, 21 * GB, None, None, counts, boxes
    )
    return sold.by_values(
        usage=usage,
        growth=[readings.Growth(name, GB, MB, NOW.date()) for name in HOSTILE],
        problem=HOSTILE[0],
        notice=HOSTILE[1],
    )


#: those that every skin shows
STATES: Mapping[str, Callable[[Sold], Draw]] = {
    each.__name__: each
    for each in (
        normal, near_box, over_box, near_whole, over_whole, suspended, ending, error, empty,
    )
}  # fmt: skip
#: and more, which one skin of each width shows
RARE: Mapping[str, Callable[[Sold], Draw]] = {
    each.__name__: each
    for each in (unmeasured, stale, unknown, many, mailbox, server, hostile)
}  # fmt: skip
