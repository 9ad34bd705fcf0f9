"""One mailing list: its members, its settings, and the way to its deletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning.entries import domain_named, domain_of
from puq_zimbra.selfservice import alias_domains, lists, senders
from puq_zimbra.units import shown_address, shown_domain

PAGE = Page(
    title=N_("Mailing list"),
    capability="lists",
    parent="lists",
    models=frozenset({"domain", "server"}),
)
#: members of one page
ROWS = 200
_DIGITS = 4


@dataclass(frozen=True)
class Member:
    """One member, as Zimbra shows it."""

    address: str
    is_outside: bool


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the list; ``found`` is None where it is gone or not the customer's."""
    identity = page.query.get("id", "")
    try:
        found = lists.get(page.zimbra, page.request, page.stamped, identity)
    except NotFound:
        return {"found": None}
    grants = page.zimbra.get_list_grants(identity)
    inside = _inside(page, found)
    who = senders.who(grants, identity, [one.id for one in found.domains])
    values = {
        **lists.values_of(found.entry),
        "who": who,
        "senders": senders.named(grants, senders.SEND) if who == senders.CHOSEN else (),
        "owners": senders.named(grants, senders.OWN),
    }
    members = found.list.members
    pages = max(1, -(-len(members) // ROWS))
    text = page.query.get("p", "")
    readable = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    number = min(max(int(text), 1), pages) if readable else 1
    return {
        "found": found,
        "id": identity,
        "address": shown_address(found.entry.name),
        "domain": shown_domain(domain_of(found.entry)),
        "display_name": values["display_name"],
        "receives": lists.receives(found.entry),
        "on_form": None
        if lists.receives(found.entry)
        else page.forms.of("switch_on_list", identity),
        "members": [
            Member(one, domain_named(one) not in inside)
            for one in members[(number - 1) * ROWS : number * ROWS]
        ],
        "count": len(members),
        "number": number,
        "pages": pages,
        "form": page.forms.of("edit_list", identity, values=values, choices=_who(page, who)),
        "add_form": page.forms.of("add_members", identity),
        "remove_form": page.forms.of("remove_member", identity),
    }


def _inside(page: PageContext, found: lists.Found) -> set[str]:
    """The service's domains; alias domains are looked up only where a member could lie in one."""
    own = {domain_of(one) for one in found.domains}
    if own.issuperset(map(domain_named, found.list.members)):
        return own
    aliases = alias_domains.of_service(page.zimbra, page.request, found.domains)
    return own | set(map(domain_of, aliases))


def _who(page: PageContext, now: str) -> dict[str, dict[str, str]]:
    """Who may send, to choose from: what was set in Zimbra only where it is so now."""
    offered = {key: text for key, text in senders.WHO.items() if key in (now, *senders.OFFERED)}
    locale = page.request.locale
    return {"who": {key: translate(text, {}, locale) for key, text in offered.items()}}
