"""One mailbox: how it is, and everything about it that can be changed.

Whose product lets him manage no mailboxes, or who bought a single one, has this page of his own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra import products
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.clientarea.quota_bar import UNKNOWN, Space
from puq_zimbra.errors import N_, Conflict, NotFound
from puq_zimbra.provisioning import passwords, quotas
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.selfservice import (
    access,
    aliases,
    editing,
    forwarding,
    given_out,
    limits,
    out_of_office,
    scope,
    tiers,
)
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice.mailboxes import ATTRIBUTES, time_of
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra import batches
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Along
from puq_zimbra.zimbra.client import Zimbra

PAGE = Page(
    title=N_("Mailbox"),
    capability="mailboxes",
    or_any=frozenset({"password", "aliases", "forwarding", "out_of_office"}),
    order=30,
    parent="mailboxes",
    instead_of="mailboxes",
)
_ATTRIBUTES = tuple(
    dict.fromkeys(
        (
            *ATTRIBUTES,
            *editing.ATTRIBUTES,
            *access.ATTRIBUTES,
            *forwarding.ATTRIBUTES,
            *out_of_office.ATTRIBUTES,
            aliases.ATTRIBUTE,
            "zimbraPasswordModifiedTime",
        )
    )
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the mailbox with its forms; without them where it is in the bin."""
    asked = None
    if page.offers("mailboxes"):
        asked = given_out.question(page.zimbra, page.request, page.stamped, page.usage, page.now)
    along = Along(page.zimbra, [_policy(page, ""), *(asked.reads if asked else ())])
    try:
        account = read(page, _ATTRIBUTES, along)
    except (NotFound, Conflict):
        return {"account": None}
    if account.one("zimbraAccountStatus") == "pending":
        return {"account": account, **_shut(page, account)}
    found = _found(page, account, along.found, asked)
    return {"account": account, **_facts(page, account, found), **_forms(page, account, found)}


@dataclass(frozen=True)
class _Found:
    """What else was read of the mailbox and its domain."""

    #: bytes that it uses; None = Zimbra does not say it
    size: int | None
    #: None = the domain's customer edits no mailboxes
    domain: Entry | None
    tiers: Sequence[tiers.Tier]
    #: bytes that are left to give out; None = there is no limit
    left: int | None
    #: the class of service with the password rules
    policy: Entry | None


def _found(
    page: PageContext, account: Entry, came: Sequence[Any], asked: given_out.Question | None
) -> _Found:
    """What the answers ``came`` say, and what is to be asked once the mailbox is known."""
    policy, *answered = came
    left = asked.left(page.zimbra, answered) if asked else given_out.Left()
    domain = (
        scope.domain(page.zimbra, page.request, page.stamped, domain_of(account)) if asked else None
    )
    own, row = account.one("zimbraCOSId") or "", left.storage.get(account.id)
    sizes, policies, told = batches.grouped(
        page.zimbra,
        [] if row else [lambda zimbra: zimbra.get_mailbox_size(account.id)],
        [_policy(page, own)] if own else [],
        tiers.asking(domain) if domain else [],
    )
    size = row.used if row else sizes[0]
    return _Found(
        size if isinstance(size, int) else None,
        domain,
        tiers.told(domain, told) if domain else (),
        left.bytes,
        batches.accepted(policies[0] if policies else policy),
    )


def _policy(page: PageContext, own: str) -> Callable[[Zimbra], Entry | None]:
    """The read of the class of service with the password rules: a mailbox's own, or the plan's."""
    return lambda zimbra: tiers.policy_of(zimbra, page.request, own)


def read(page: PageContext, attrs: tuple[str, ...], along: Along[Zimbra] | None = None) -> Entry:
    """The mailbox that a page is about; ``along`` are reads that go along.

    Raises:
        NotFound: there is none, or it is not the customer's.
        Conflict: it is not clear which it is.
    """
    identity = page.query.get("id", "")
    alone = not products.of(page.request).HAS_ADMINISTRATOR
    if alone or "mailboxes" not in page.rights:
        identity = products.log_in_account(page.zimbra, page.request, page.stamped).id
    return scope.mailbox(
        page.zimbra, page.request, page.stamped, identity, attrs, shut=True, along=along
    )


def _shut(page: PageContext, account: Entry) -> dict[str, Any]:
    domain = scope.domain(page.zimbra, page.request, page.stamped, domain_of(account))
    return {
        "address": shown_address(account.name),
        "status": "pending",
        "binned": bins.marks(domain).get(account.id),
        "restore": page.forms.of("restore_mailbox", account.id),
    }


def _facts(page: PageContext, account: Entry, found: _Found) -> dict[str, Any]:
    plan = page.request.purchase.plan
    changed = time_of(account.one("zimbraPasswordModifiedTime"))
    return {
        "address": shown_address(account.name),
        "domain": shown_domain(domain_of(account)),
        "status": account.one("zimbraAccountStatus") or "active",
        "is_administrator": account.one("zimbraIsDelegatedAdminAccount") == "TRUE",
        "space": _space_now(page, account, found),
        "last_login": time_of(account.one("zimbraLastLogonTimestamp")),
        "must_change": account.one("zimbraPasswordMustChange") == "TRUE",
        "password_changed": changed,
        "aliases": [shown_address(one) for one in aliases.held(account)],
        "plan_aliases": plan.aliases,
        "outside": "forward_outside" in plan.capabilities,
        "most_targets": forwarding.MOST,
        "last_day": bins.last_day(page.now, page.bin_days),
        "days": page.bin_days,
    }


def space_of(page: PageContext, account: Entry) -> Space:
    """What the mailbox uses by the last reading, and its limit."""
    boxes = page.usage.mailboxes if page.usage else ()
    found = next((one for one in boxes if one.id == account.id), None)
    return Space(found.used, found.limit) if found else Space(None, UNKNOWN)


def _space_now(page: PageContext, account: Entry, found: _Found) -> Space:
    """What the mailbox uses, and its limit, as they are now where that is known."""
    measured = space_of(page, account)
    used = measured.used if found.size is None else found.size
    own = quotas.amount(account, quotas.QUOTA)
    if not own or found.domain is None:  # it is its class's, as it was read
        return Space(used, measured.limit)
    return Space(used, quotas.limit(quotas.in_force(own, quotas.amount(found.domain, quotas.CAP))))


def _forms(page: PageContext, account: Entry, found: _Found) -> dict[str, Any]:
    def form(name: str, **more: Any) -> Any:
        return page.forms.of(name, account.id, **more)

    zone = page.figures.zone
    password = form("set_mailbox_password",
                    values={"password_kind": "generated", "must_change": True})  # fmt: skip
    return {
        **_edit(page, account, found),
        "password": password,
        "policy": passwords.in_force(found.policy) if password else [],
        "add_alias": form("add_alias"),
        "remove_alias": {
            alias: form("remove_alias", values={"alias": alias}) for alias in aliases.held(account)
        },
        "forwarding": form("set_forwarding", values=forwarding.values_of(account)),
        "targets": [shown_address(one) for one in forwarding.targets(account)],
        "out_of_office": form("set_out_of_office", values=out_of_office.values_of(account, zone)),
        "reply": out_of_office.values_of(account, zone),
        "open": form("open_mailbox"),
        "sign_out": form("sign_out_mailbox"),
        "lock": form("lock_mailbox"),
        "unlock": form("unlock_mailbox"),
    }


def _edit(page: PageContext, account: Entry, found: _Found) -> dict[str, Any]:
    """The form of the details, with what may be chosen; none for a mailbox sold by itself."""
    values = editing.values_of(account)
    if found.domain is None:
        return {"edit": None, "values": values, "tiers": ()}
    if found.tiers:
        values["tier"] = values["tier"] or tiers.default_of(found.domain)
    choices = {"tier": offered(found.tiers)}
    return {
        "edit": page.forms.of("edit_mailbox", account.id, values=values, choices=choices),
        "values": values,
        "tiers": found.tiers,
        **_limits(page, found, values["limit"]),
    }


def _limits(page: PageContext, found: _Found, held: int | None) -> dict[str, int | None]:
    """The highest limit that the mailbox may get: by what is left to give out, and by the plan."""
    assert found.domain is not None
    left, most = found.left, limits.most_of_a_mailbox(page.request, found.domain)
    if left is not None:
        left = min(one for one in (left + (held or 0), most) if one is not None)
    return {"left": left, "most": most}


def offered(found: Sequence[tiers.Tier]) -> dict[str, str]:
    """The classes that a form offers: id -> name."""
    return {one.id: one.name for one in found}
