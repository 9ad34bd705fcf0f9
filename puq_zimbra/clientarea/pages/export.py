"""The mailboxes as a table to take away: the form, and once it was sent the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_

PAGE = Page(
    title=N_("Export to CSV"),
    capability="bulk",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Offer the form."""
    return {"form": page.forms.of("export_mailboxes")}
