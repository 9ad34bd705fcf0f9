"""Queue and health of a private server: what waits for delivery, and how Zimbra is.

Where Zimbra does not answer, a sentence says so; nothing is drawn from nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from puq_zimbra.clientarea.forms import FormView
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.i18n import translate
from puq_zimbra.selfservice import queues
from puq_zimbra.zimbra.queues import QUEUES, Waiting

PAGE = Page(
    title=N_("Queue and health"), capability="queue", order=65, models=frozenset({"server"})
)
_FIRST = "deferred"
_NAMES = {
    "deferred": N_("Waiting for another try"),
    "hold": N_("Held"),
    "incoming": N_("Just arrived"),
    "active": N_("Being delivered"),
    "corrupt": N_("Damaged"),
}
_VERBS = {
    "requeue": N_("Try again"),
    "hold": N_("Hold"),
    "release": N_("Release"),
    "delete": N_("Delete"),
}
_SERVICES = {
    "webmail": N_("Certificate of webmail"),
    "imap": N_("Certificate of incoming mail (IMAP)"),
    "smtp": N_("Certificate of outgoing mail (SMTP)"),
}
#: domains that are named
_MOST_DOMAINS = 10
#: what a domain looks like, as Zimbra lists it; and the messages before a page
_DOMAIN = re.compile(r"[a-z0-9\[][a-z0-9._:\]-]{0,252}", re.ASCII)
_START = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True)
class Certificate:
    """A certificate as the template draws it."""

    name: str
    #: None = it could not be read
    ends: datetime | None
    days: int
    #: nobody has looked yet
    is_new: bool = False


@dataclass(frozen=True)
class Row:
    """A message as the template draws it."""

    message: Waiting
    since: datetime | None
    #: operation, its word, its form
    forms: tuple[tuple[str, str, FormView], ...]


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the queues' counts, the messages of one queue, and Zimbra's health."""
    asked = page.query.get("queue", "")
    queue = asked if asked in QUEUES else _FIRST
    domain, start = _domain(page), _start(page)
    health = queues.read(page.zimbra, queue, start, domain)
    said = [one for one in health.servers if one.counts is not None]
    counts = {
        name: sum((one.counts or {}).get(name, 0) for one in said) for name in QUEUES
    } if said else {}  # fmt: skip
    domains: dict[str, int] = {}
    for server in said:
        for name, count in (server.shown.domains if server.shown else {}).items():
            domains[name] = domains.get(name, 0) + count
    most = sorted(domains.items(), key=lambda one: -one[1])[:_MOST_DOMAINS]
    rows = [_row(page, one.name, queue, message)
            for one in said if one.shown for message in one.shown.messages]  # fmt: skip
    has_more = any(one.has_more for one in said)
    return {
        "health": health,
        "queue": queue,
        "names": {name: _say(page, text) for name, text in _NAMES.items()},
        "counts": counts,
        "silent": [one.name for one in health.servers if one.counts is None],
        "domains": [(name, count, _link(page, queue, name)) for name, count in most],
        "domain": domain,
        "every": _link(page, queue) if domain else "",
        "rows": rows,
        "start": start,
        "earlier": _link(page, queue, domain, max(0, start - queues.MOST)) if start else "",
        "later": _link(page, queue, domain, start + queues.MOST) if has_more else "",
        "listed": any(one.shown for one in said),
        "total": sum(one.shown.total for one in said if one.shown),
        "scanning": any(one.shown.scanning for one in said if one.shown),
        "certificates": [
            Certificate(_say(page, N_("Certificate of the administration service")),
                        health.certificate_ends, _days(page, health.certificate_ends)),
            *_seen(page),
        ],
    }  # fmt: skip


def _seen(page: PageContext) -> list[Certificate]:
    found = page.dns.certificates() if page.dns else []
    return [
        Certificate(_say(page, _SERVICES[one.service]), one.ends, _days(page, one.ends), one.is_new)
        for one in found
    ]


def _days(page: PageContext, ends: datetime | None) -> int:
    return (ends - page.now).days if ends else 0


def _domain(page: PageContext) -> str:
    """The domain whose messages alone are shown; "" = all are."""
    asked = page.query.get("domain", "").lower()
    return asked if _DOMAIN.fullmatch(asked) else ""


def _start(page: PageContext) -> int:
    """How many messages come before those that are shown."""
    asked = page.query.get("start", "")
    return int(asked) if _START.fullmatch(asked) else 0


def _link(page: PageContext, queue: str, domain: str = "", start: int = 0) -> str:
    query = {"queue": queue, "domain": domain, "start": str(start) if start else ""}
    return page.links.to("queue", **{key: value for key, value in query.items() if value})


def _row(page: PageContext, server: str, queue: str, message: Waiting) -> Row:
    target = queues.target_of(server, queue, message.id)
    forms = []
    for operation in queues.OPERATIONS[queue]:
        form = page.forms.of("act_on_queue", target)
        if form is not None:
            forms.append((operation, _say(page, _VERBS[operation]), form))
    since = datetime.fromtimestamp(message.since, UTC) if message.since else None
    return Row(message, since, tuple(forms))


def _say(page: PageContext, message: str) -> str:
    return translate(message, {}, page.request.locale)
