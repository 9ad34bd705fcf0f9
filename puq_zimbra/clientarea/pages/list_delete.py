"""Deletion of a mailing list: what it means, and the address to type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.selfservice import lists
from puq_zimbra.units import shown_address

PAGE = Page(
    title=N_("Delete the list"),
    capability="lists",
    parent="lists",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Ask; ``form`` is None where the list is gone or not the customer's."""
    identity = page.query.get("id", "")
    try:
        found = lists.get(page.zimbra, page.request, page.stamped, identity)
    except NotFound:
        return {"form": None, "id": identity, "address": "", "count": 0}
    return {
        "form": page.forms.of("delete_list", identity),
        "id": identity,
        "address": shown_address(found.entry.name),
        "count": found.list.total,
    }
