"""The bin: the mailboxes that wait for their last day, each with the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_address

PAGE = Page(
    title=N_("Bin"),
    capability="mailboxes",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """List what is in the bin, that which goes next first."""
    used = {one.id: one.used for one in (page.usage.mailboxes if page.usage else ())}
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    rows = [
        {
            "id": account.id,
            "address": shown_address(account.name),
            "display_name": account.one("displayName") or "",
            "last_day": binned.last_day,
            "days": (binned.last_day - page.now.date()).days,
            "used": used.get(account.id),
            "restore": page.forms.of("restore_mailbox", account.id),
        }
        for domain in domains
        for account, binned in bins.waiting(page.zimbra, domain)
    ]
    rows.sort(key=lambda row: (row["last_day"], row["address"]))
    return {"rows": rows, "days": page.bin_days}
