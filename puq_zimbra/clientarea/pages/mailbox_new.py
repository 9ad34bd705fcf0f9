"""A new mailbox: its form, with what the plan still allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.provisioning import accounts, passwords
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import given_out, limits, scope, tiers
from puq_zimbra.units import may_be_made, shown_address, shown_domain
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from .mailbox import offered
from .mailboxes import Seats, domain_asked

PAGE = Page(
    title=N_("New mailbox"),
    capability="mailboxes",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Offer the form, while the plan allows one more."""
    request, zimbra = page.request, page.zimbra
    domain = domain_asked(page)
    plan = request.purchase.plan
    asked = given_out.question(zimbra, request, page.stamped, page.usage, page.now)
    counted, told, answered, classes = batches.grouped(
        zimbra, _seats(page), tiers.asking(domain), asked.reads, _class(page)
    )
    taken = sum(map(batches.accepted, counted)) if plan.mailboxes is not None else None
    seats, choice = Seats(taken, plan.mailboxes), tiers.told(domain, told)
    left = asked.left(zimbra, answered).bytes
    most = limits.most_of_a_mailbox(request, domain)
    values: dict[str, Any] = {
        "password_kind": "generated",
        "must_change": True,
        "limit": most if left is None else min(most or left, left),
    }
    values["tier"] = next((one.id for one in choice if one.left), "")
    own = values["tier"]
    policy = tiers.policy_of(zimbra, request, own) if own else batches.accepted(classes[0])
    target, choices = domain_of(domain), {"tier": offered(choice)}
    form = page.forms.of("create_mailbox", target, values=values, choices=choices)
    return {
        "form": None if seats.all_taken else form,
        "tiers": choice,
        "seats": seats,
        "left": left,
        "most": most,
        "domain": shown_domain(target),
        "policy": passwords.in_force(policy),
        "in_bin": len(bins.marks(domain)),
        "binned": _binned(page, domain),
    }


def _seats(page: PageContext) -> list[Callable[[Zimbra], Any]]:
    """The reads that count taken seats; none where the plan has no limit of them."""
    if page.request.purchase.plan.mailboxes is None:
        return []
    domains = scope.domains_of(page.zimbra, page.request, page.stamped)
    return [*limits.counting_seats(map(domain_of, domains))]


def _class(page: PageContext) -> list[Callable[[Zimbra], Any]]:
    """The read of the plan's class of service, with its password rules."""
    return [lambda zimbra: tiers.policy_of(zimbra, page.request, "")]


def _binned(page: PageContext, domain: Entry) -> Mapping[str, Any] | None:
    """The mailbox of the bin whose address was just asked for, and its way back."""
    failed = page.forms.failed
    if failed is None or "name" not in failed.errors:
        return None
    name = failed.typed.get("name", "").strip().lower().partition("@")[0]
    if not may_be_made(name):
        return None
    found = accounts.at(page.zimbra, f"{name}@{domain_of(domain)}")
    if found is None or found.id not in bins.marks(domain) or not bins.holds(found):
        return None
    return {
        "address": shown_address(found.name),
        "restore": page.forms.of("restore_mailbox", found.id),
        "purge": page.address("mailbox_purge", id=found.id),
    }
