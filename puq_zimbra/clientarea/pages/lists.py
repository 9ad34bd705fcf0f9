"""Lists and aliases: the mailing lists of a domain, its domain aliases, and its catch-all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from puq_zimbra.clientarea.forms import FormView
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_named, domain_of, shown_name
from puq_zimbra.selfservice import alias_domains, catch_all, lists, lists_page, scope, senders
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.lists import MailingList

PAGE = Page(
    title=N_("Lists and aliases"),
    capability="lists",
    or_any=frozenset({"domain_aliases", "catch_all"}),
    order=40,
    models=frozenset({"domain", "server"}),
)
#: rows of one page of lists
ROWS = 50
#: digits of the highest number of a page
_DIGITS = 4


@dataclass(frozen=True)
class Row:
    """A mailing list in the table."""

    id: str
    #: in U-label form
    address: str
    display_name: str
    #: None = not known
    members: int | None
    #: members outside of the service's domains
    outside: int
    #: a key of `senders.WHO`
    who: str
    #: without the domain where that is the list's own
    owners: tuple[str, ...]
    #: whether mail to it arrives
    receives: bool


@dataclass(frozen=True)
class Listed:
    """One page of a domain's lists."""

    rows: tuple[Row, ...]
    #: lists of the whole service; the plan counts these
    held: int
    page: int
    pages: int


def draw(page: PageContext) -> Mapping[str, Any]:
    """Lay out what the product grants of the three parts, for one of the service's domains."""
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    asked = page.query.get("domain") or page.query.get("id", "")
    chosen = next((one for one in domains if domain_of(one) == asked), domains[0])
    target = "" if chosen is domains[0] else domain_of(chosen)
    read = lists_page.read(page.zimbra, page.request, domains, chosen, page.rights)
    aliases = read.aliases
    plan = page.request.purchase.plan
    return {
        "domain": shown_name(chosen),
        "target": target,
        "others": []
        if len(domains) == 1
        else [(domain_of(one), shown_name(one)) for one in domains],
        "listed": _listed(page, read, domains) if "lists" in page.rights else None,
        "most_lists": plan.lists,
        "aliases": [(one.id, shown_name(one)) for one in aliases if _leads_to(one, chosen)],
        "held_aliases": len(aliases),
        "most_aliases": plan.domain_aliases,
        "add_form": page.forms.of("prepare_alias_domain", target),
        "catch_form": _catch_form(page, read, target),
    }


def _leads_to(alias: Entry, domain: Entry) -> bool:
    return alias.one(alias_domains.TARGET) == domain.id


def _listed(page: PageContext, read: lists_page.Read, domains: Sequence[Entry]) -> Listed:
    found = [one for one in read.lists if not lists.is_providers(one.entry)]
    held = len(read.lists) + read.elsewhere
    inside = {domain_of(one) for one in (*domains, *read.aliases)}
    pages = max(1, -(-len(found) // ROWS))
    text = page.query.get("p", "")
    readable = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    number = min(max(int(text), 1), pages) if readable else 1
    ids = [one.id for one in domains]
    shown = found[(number - 1) * ROWS : number * ROWS]
    return Listed(tuple(_row(one, ids, inside) for one in shown), held, number, pages)


def _row(one: MailingList, domain_ids: Sequence[str], inside: Collection[str]) -> Row:
    entry = one.entry
    own = shown_domain(domain_of(entry))
    return Row(
        entry.id,
        shown_address(entry.name),
        entry.one("displayName") or "",
        len(one.members) if one.names_members else None,
        sum(domain_named(member) not in inside for member in one.members),
        senders.who(senders.of_list(entry), entry.id, domain_ids),
        tuple(
            sorted(
                shown_address(owner.name).removesuffix(f"@{own}")
                for owner in one.owners
                if owner.name
            )
        ),
        lists.receives(entry),
    )


def _catch_form(page: PageContext, read: lists_page.Read, target: str) -> FormView | None:
    caught = read.caught
    values = {"catch": "deliver" if caught else "return", "box": caught.name if caught else ""}
    form: FormView | None = page.forms.of("set_catch_all", target, values=values)
    if form is None or len(read.boxes) > catch_all.MOST_OFFERED:
        return form
    choices = tuple((name, name) for name in (shown_address(one.name) for one in read.boxes))
    offered = replace(form.field("box"), kind="select", choices=choices)
    return replace(form, fields=(form.field("catch"), offered))
