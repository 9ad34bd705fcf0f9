"""The mailboxes: one page of their list, and what the plan still allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.clientarea.quota_bar import Space
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.provisioning.entries import domain_named, domain_of
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import given_out, limits, mailboxes, scope, several, tiers
from puq_zimbra.selfservice.mailbox_wanted import Wanted, columns_of
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Along
from puq_zimbra.zimbra.listings import QuotaRow

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

    #: those in the bin, rooms and equipment included; None = it was not counted
    taken: int | None
    #: None = unlimited
    most: int | None

    @property
    def all_taken(self) -> bool:
        """Whether the plan allows no more."""
        return self.most is not None and self.taken is not None and self.taken >= self.most


def draw(page: PageContext) -> Mapping[str, Any]:
    """List one page of one domain's mailboxes."""
    wanted = Wanted.of(page.query)
    domain = domain_asked(page)
    marks = bins.marks(domain)
    asked = given_out.question(page.zimbra, page.request, page.stamped, page.usage, page.now)
    names = sorted({*asked.names, domain_of(domain)})
    most = page.request.purchase.plan.mailboxes
    seats = limits.counting_seats(names) if most is not None else []
    along = Along(page.zimbra, [*seats, *asked.reads])
    names_of_tiers = _tiers(page, domain)
    listed = mailboxes.page_of(along, domain, wanted, page.usage, marks, names_of_tiers)
    left = asked.left(page.zimbra, along.found[len(seats) :])
    rows = _sized(page, listed.rows, left.storage)
    # A mark of one that was opened again counts no more.
    in_bin = len(marks.keys() - {row.id for row in listed.rows})
    taken = sum(map(batches.accepted, along.found[: len(seats)]))
    if most is None:
        taken = listed.found + in_bin
    return {
        "wanted": wanted,
        "listed": listed,
        "lines": [line_of(row) for row in rows],
        "first": (listed.page - 1) * mailboxes.PAGE + 1,
        "all_live": all(row.used is not None for row in rows),
        "seats": Seats(taken, most),
        "in_bin": in_bin,
        "whats": {
            key: text
            for key, text in several.WHAT.items()
            if key != "tier" or tiers.rules_of(domain)
        },
        "tiers": names_of_tiers,
        "left": left.bytes,
        "columns": columns_of(wanted.state),
        "controls": bool(wanted.part) or max(taken, listed.found) >= CONTROLS_FROM,
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
    return Line(row, shown_address(row.address), Space(row.used, row.limit))


def _sized(
    page: PageContext, rows: Sequence[mailboxes.Row], storage: Mapping[str, QuotaRow]
) -> Sequence[mailboxes.Row]:
    """The rows with what they use now: from the storage of all, where it was listed."""
    found = [
        replace(row, used=storage[row.id].used, is_live=True) if row.id in storage else row
        for row in rows
    ]
    return mailboxes.sized(page.zimbra, found) if not storage else found


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
