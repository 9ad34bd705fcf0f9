"""The question before several mailboxes are changed at once: which of them, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import given_out, limits, several, tiers
from puq_zimbra.units import shown_address

from .mailboxes import domain_asked

PAGE = Page(
    title=N_("Several mailboxes"),
    capability="mailboxes",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Say of each chosen mailbox what becomes of it."""
    failed = page.forms.failed
    asked = failed.typed if failed else page.query
    what = asked.get("what", "")
    what = what if what in several.WHAT else "lock"
    domain = domain_asked(page)
    rows = []
    for account in several.found(page.zimbra, domain, several.chosen(asked)):
        why = several.reason(what, account)
        rows.append(
            {
                "id": account.id,
                "address": shown_address(account.name),
                "status": account.one("zimbraAccountStatus") or "active",
                "why": translate(why, {}, page.request.locale) if why else "",
            }
        )
    target = domain_of(domain) if domain.id != page.stamped.id else ""
    changing = [row["id"] for row in rows if not row["why"]]
    choice = tiers.of(page.zimbra, domain) if what == "tier" else ()
    choices = {"tier": {one.id: one.name for one in choice}}
    form = page.forms.of("change_mailboxes", target, values={"what": what}, choices=choices)
    return {
        "what": what,
        "rows": rows,
        "changing": changing,
        "box": several.BOX,
        "tiers": choice,
        "left": _left(page) if what == "limit" else None,
        "most": limits.most_of_a_mailbox(page.request, domain),
        "form": form if changing or failed else None,
        "last_day": bins.last_day(page.now, page.bin_days),
    }


def _left(page: PageContext) -> int | None:
    return given_out.left(page.zimbra, page.request, page.stamped, page.usage, page.now)
