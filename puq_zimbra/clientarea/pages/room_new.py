"""A new room or piece of equipment: its form, while the plan allows one more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import limits, rooms, scope

from .mailboxes import Seats

PAGE = Page(
    title=N_("New room or equipment"),
    capability="rooms",
    parent="rooms",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Offer the form for one of the service's domains."""
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    asked = page.query.get("domain") or page.query.get("id", "")
    chosen = next((one for one in domains if domain_of(one) == asked), domains[0])
    target = "" if chosen is domains[0] else domain_of(chosen)
    most = page.request.purchase.plan.mailboxes
    places = Seats(limits.seats(page.zimbra, domains) if most is not None else None, most)
    values = {"kind": "Location", "answer": rooms.FREE}
    return {
        "form": None if places.all_taken else page.forms.of("create_room", target, values=values),
        "domain": shown_name(chosen),
        "target": target,
        "places": places,
    }
