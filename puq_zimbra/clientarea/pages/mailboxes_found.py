"""The question before all mailboxes that a search found are changed in the background."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import given_out, limits, mailboxes, several, tiers
from puq_zimbra.selfservice.bulk.rows import MOST
from puq_zimbra.selfservice.mailbox_wanted import Wanted

from .mailboxes import domain_asked

PAGE = Page(
    title=N_("All mailboxes found"),
    capability="mailboxes",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Say how many are found, and how many of them change."""
    failed = page.forms.failed
    asked = failed.typed if failed else page.query
    what = asked.get("what", "")
    what = what if what in several.WHAT else "lock"
    domain, wanted = domain_asked(page), Wanted.of(asked)
    found = mailboxes.all_found(page.zimbra, domain, wanted, page.usage, MOST)
    why = [several.reason(what, one) for one in found]
    staying = Counter(translate(one, {}, page.request.locale) for one in why if one)
    choice = tiers.of(page.zimbra, domain) if what == "tier" else ()
    choices = {"tier": {one.id: one.name for one in choice}}
    target = domain_of(domain) if domain.id != page.stamped.id else ""
    left = None
    if what == "limit":
        left = given_out.left(page.zimbra, page.request, page.stamped, page.usage, page.now)
    return {
        "what": what,
        "wanted": wanted,
        "found": len(found),
        "changing": len(found) - staying.total(),
        "staying": staying.most_common(),
        "most_rows": MOST,
        "tiers": choice,
        "left": left,
        "most": limits.most_of_a_mailbox(page.request, domain),
        "form": page.forms.of("change_found", target, values={"what": what}, choices=choices),
        "last_day": bins.last_day(page.now, page.bin_days),
        "back": page.address("mailboxes", **wanted.part),
    }
