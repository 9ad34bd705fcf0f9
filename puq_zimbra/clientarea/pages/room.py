"""One room or piece of equipment: its settings, and the way to its deletion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, Fault, NotFound
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import rooms
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry

PAGE = Page(
    title=N_("Room or equipment"),
    capability="rooms",
    parent="rooms",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show it; ``entry`` is None where it is gone or not the customer's."""
    identity = page.query.get("id", "")
    try:
        entry = rooms.get(page.zimbra, page.request, page.stamped, identity)
    except NotFound:
        return {"entry": None}
    values = rooms.values_of(entry)
    return {
        "entry": entry,
        "id": identity,
        "address": shown_address(entry.name),
        "domain": shown_domain(domain_of(entry)),
        "name": values["display_name"],
        "kind": values["kind"],
        "works": rooms.works(entry),
        "used": _used(page, entry),
        "form": page.forms.of("edit_room", identity, values=values, choices=_answers(page, values)),
    }


def _used(page: PageContext, entry: Entry) -> int | None:
    """Bytes of its calendar and mail, which no reading has; None = Zimbra does not say."""
    try:
        size: int = page.zimbra.get_mailbox_size(entry.id)
    except Fault:
        return None
    return size


def _answers(page: PageContext, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What it may answer, to choose from: what was set in Zimbra only where it is so now."""
    keys = [key for key in rooms.ANSWERS if key in (values["answer"], *rooms.OFFERED)]
    locale = page.request.locale
    return {"answer": {key: translate(rooms.ANSWERS[key], {}, locale) for key in keys}}
