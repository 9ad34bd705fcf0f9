"""Many mailboxes at once: the form for a table, and what its columns may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import limits
from puq_zimbra.selfservice.bulk.rows import MOST
from puq_zimbra.units import shown_domain

PAGE = Page(
    title=N_("Import from CSV"),
    capability="bulk",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Offer the form, and the import that was begun last."""
    request = page.request
    latest = None
    if page.store is not None:
        bulk = page.store().bulk
        latest = bulk.latest(request.installation_id, request.purchase.id)
    return {
        "form": page.forms.of("preview_import"),
        # Told by a host that hands on what a browser sends as a file.
        "takes_files": bool(request.form.get("takes_files")),
        "most_rows": MOST,
        "domain": shown_domain(domain_of(page.stamped)),
        "most": limits.most_of_a_mailbox(request, page.stamped),
        "latest": latest,
    }
