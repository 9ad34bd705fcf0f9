"""The mailboxes: one page of their list, and what the plan still allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.clientarea.quota_bar import UNKNOWN, Space
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.provisioning.entries import domain_named, domain_of
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import limits, mailboxes, scope, several, tiers
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry

PAGE = Page(
    title=N_("Mailboxes"),
    capability="mailboxes",
    order=30,
    models=frozenset({"domain", "server"}),
)
#: mailboxes from which on the list is searched, sorted and has pages
CONTROLS_FROM = 21


@dataclass(frozen=True)
class Line:
    """A mailbox as the list shows it."""

    row: mailboxes.Row
    #: in U-label form
    address: str
    space: Space


@dataclass(frozen=True)
class Seats:
    """How many mailboxes there are, and may be."""

    #: those in the bin, rooms and equipment included; None = it is not known
    taken: int | None
    #: None = unlimited
    most: int | None

    @property
    def all_taken(self) -> bool:
        """Whether the plan allows no more."""
        return self.most is not None and self.taken is not None and self.taken >= self.most


def draw(page: PageContext) -> Mapping[str, Any]:
    """List one page of one domain's mailboxes."""
    wanted = mailboxes.Wanted.of(page.query)
    domain = domain_asked(page)
    marks = bins.marks(domain)
    listed = mailboxes.page_of(page.zimbra, domain_of(domain), wanted, page.usage, marks)
    # A mark of one that was opened again counts no more.
    in_bin = len(marks.keys() - {row.id for row in listed.rows})
    taken = None if wanted.part or wanted.by_reading else listed.found + in_bin
    if taken is None and page.usage is not None:
        taken = page.usage.counts.mailboxes
    most = page.request.purchase.plan.mailboxes
    rooms = page.usage.counts.resources if page.usage and most is not None else 0
    return {
        "wanted": wanted,
        "listed": listed,
        "lines": [line_of(row) for row in listed.rows],
        "first": (listed.page - 1) * mailboxes.PAGE + 1,
        # Rooms and equipment take places too.
        "seats": Seats(None if taken is None else taken + rooms, most),
        "in_bin": in_bin,
        "whats": several.WHAT,
        "tiers": _tiers(page, domain),
        "left": limits.left_to_give_out(page.request, page.usage),
        "columns": mailboxes.columns_of(wanted.state),
        "controls": bool(wanted.part) or max(taken or 0, listed.found) >= CONTROLS_FROM,
        "domain": domain_of(domain),
        "domains": _domains(page, domain_of(domain)),
    }


def domain_asked(page: PageContext) -> Entry:
    """The domain of the service that a page is asked for; else the first one.

    After a refused form the page is asked for with the form's target.
    """
    name = page.query.get("domain") or page.query.get("id", "")
    try:
        return scope.domain(page.zimbra, page.request, page.stamped, name)
    except NotFound:
        return scope.domain(page.zimbra, page.request, page.stamped, "")


def line_of(row: mailboxes.Row) -> Line:
    """A row with its space."""
    space = Space(row.used, row.limit) if row.measured else Space(None, UNKNOWN)
    return Line(row, shown_address(row.address), space)


def _tiers(page: PageContext, domain: Entry) -> dict[str, str]:
    """The classes of a domain that has a choice, by the last reading: id -> name; "" = its own."""
    rules = tiers.rules_of(domain)
    names = dict(page.usage.counts.names) if page.usage and rules else {}
    return {**names, "": names.get(tiers.default_of(domain), "")} if names else {}


def _domains(page: PageContext, chosen: str) -> list[tuple[str, str]]:
    """The domains of a private server that had mailboxes at the last reading: name and label."""
    found = {chosen, domain_of(page.stamped)}
    if page.usage is not None:
        found |= {domain_named(one.address) for one in page.usage.mailboxes}
    return [(one, shown_domain(one)) for one in sorted(found)] if len(found) > 1 else []
