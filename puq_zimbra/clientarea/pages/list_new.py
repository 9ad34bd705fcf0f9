"""A new mailing list: its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import scope

PAGE = Page(
    title=N_("New mailing list"),
    capability="lists",
    parent="lists",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Offer the form for one of the service's domains."""
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    asked = page.query.get("domain") or page.query.get("id", "")
    chosen = next((one for one in domains if domain_of(one) == asked), domains[0])
    target = "" if chosen is domains[0] else domain_of(chosen)
    return {
        "form": page.forms.of("create_list", target),
        "domain": shown_name(chosen),
        "target": target,
    }
