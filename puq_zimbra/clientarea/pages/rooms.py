"""Rooms and equipment: the list, and what the plan still allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import limits, rooms, scope
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry

from .mailboxes import Seats

PAGE = Page(
    title=N_("Rooms and equipment"),
    capability="rooms",
    order=45,
    models=frozenset({"domain", "server"}),
)
#: rows of one page
ROWS = 100
#: digits of the highest number of a page
_DIGITS = 4


@dataclass(frozen=True)
class Row:
    """A room or a piece of equipment in the table."""

    id: str
    #: in U-label form
    address: str
    name: str
    #: a key of `rooms.KINDS`
    kind: str
    place: str
    #: "" = not said
    seats: str
    #: a key of `rooms.ANSWERS`
    answer: str
    works: bool


def draw(page: PageContext) -> Mapping[str, Any]:
    """List the rooms and equipment of one of the service's domains."""
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    asked = page.query.get("domain") or page.query.get("id", "")
    chosen = next((one for one in domains if domain_of(one) == asked), domains[0])
    most = page.request.purchase.plan.mailboxes
    taken = limits.seats(page.zimbra, domains) if most is not None else None
    found = rooms.of_domain(page.zimbra, chosen)
    pages = max(1, -(-len(found) // ROWS))
    text = page.query.get("p", "")
    readable = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    number = min(max(int(text), 1), pages) if readable else 1
    return {
        "domain": shown_name(chosen),
        "target": "" if chosen is domains[0] else domain_of(chosen),
        "others": []
        if len(domains) == 1
        else [(domain_of(one), shown_name(one)) for one in domains],
        "rows": [row_of(one) for one in found[(number - 1) * ROWS : number * ROWS]],
        "held": len(found),
        "number": number,
        "pages": pages,
        "places": Seats(taken, most),
    }


def row_of(entry: Entry) -> Row:
    """A resource as the table shows it."""
    values = rooms.values_of(entry)
    return Row(
        entry.id,
        shown_address(entry.name),
        values["display_name"],
        values["kind"],
        values["place"],
        values["seats"],
        values["answer"],
        rooms.works(entry),
    )
