"""How far a change of many mailboxes is, and at its end what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.clientarea.pages import import_progress
from puq_zimbra.errors import N_, NotFound

PAGE = Page(
    title=N_("Change of many mailboxes"),
    capability="mailboxes",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the change that is asked for."""
    request, identity = page.request, page.query.get("id", "")
    assert page.store is not None
    try:
        upload = page.store().bulk.get(request.installation_id, request.purchase.id, identity)
    except NotFound:
        return {"upload": None}
    found = dict(import_progress.draw(page))
    found["tried"] += found["counts"].get("same", 0)
    found["to_do"] += found["counts"].get("same", 0)
    if found["go_on"] is not None:
        found["go_on"] = page.forms.of("continue_change", identity)
    return {**found, "upload": upload}
