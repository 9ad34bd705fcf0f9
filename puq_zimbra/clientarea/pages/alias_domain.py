"""One domain alias: where its mail goes, and its removal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import alias_domains

PAGE = Page(
    title=N_("Domain alias"),
    capability="domain_aliases",
    parent="lists",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Ask; ``form`` is None where it is gone or not the customer's."""
    identity = page.query.get("id", "")
    try:
        alias, target = alias_domains.get(page.zimbra, page.request, page.stamped, identity)
    except NotFound:
        return {"form": None, "name": "", "domain": "", "held": 0}
    return {
        "form": page.forms.of("remove_alias_domain", identity),
        "name": shown_name(alias),
        "domain": shown_name(target),
        "held": page.zimbra.count_directory("aliases", "", domain_of(alias)),
    }
