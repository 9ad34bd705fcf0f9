"""Deletion of a room or piece of equipment: what it means, and the address to type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.selfservice import rooms
from puq_zimbra.units import shown_address

PAGE = Page(
    title=N_("Delete the room or equipment"),
    capability="rooms",
    parent="room",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Ask; ``form`` is None where it is gone or not the customer's."""
    identity = page.query.get("id", "")
    try:
        entry = rooms.get(page.zimbra, page.request, page.stamped, identity)
    except NotFound:
        return {"form": None, "id": identity, "address": ""}
    return {
        "form": page.forms.of("delete_room", identity),
        "id": identity,
        "address": shown_address(entry.name),
    }
