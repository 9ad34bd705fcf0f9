"""Several mailboxes that the customer chose for one action: which of them it changes, and why not.

Each is read again right before its own writes; one that must not be changed stays, and is named.

Source: `puq_zimbra.selfservice.access` and `puq_zimbra.selfservice.bin`, which do it to one, and
`puq_zimbra.selfservice.editing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from puq_zimbra.clientarea.fields import FieldErrors, wrong
from puq_zimbra.errors import N_, Conflict, NotFound, Refused
from puq_zimbra.provisioning import quotas
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import access, editing, limits, mailboxes, scope, tiers
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import GB, shown_address
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what is read of a mailbox before it is changed
ATTRIBUTES = ("zimbraAccountStatus", "zimbraIsDelegatedAdminAccount")
#: what the names of the boxes begin with, before a mailbox's id
BOX = "box_"
WHAT: Mapping[str, str] = {
    "lock": N_("Lock"),
    "unlock": N_("Unlock"),
    "sign_out": N_("Sign out everywhere"),
    "bin": N_("Move to the bin"),
    "limit": N_("Change the limit of space"),
    "tier": N_("Change the mailbox plan"),
}
_SHUT_TOO = ("active", "locked", "lockout", "maintenance", "closed")
#: statuses from which an action leads somewhere
_FROM = {
    "lock": ("active", "lockout"),
    "unlock": ("locked", "lockout"),
    "sign_out": ("active", "locked", "lockout", "maintenance"),
    "bin": _SHUT_TOO,
    "limit": _SHUT_TOO,
    "tier": _SHUT_TOO,
}


_TOO_MUCH = N_("Together these limits take %(more)s GB more, and %(left)s GB are left to give out.")
_TOO_MANY = N_("Mailboxes to be moved: %(need)s; free in the plan %(plan)s: %(left)s.")


@dataclass(frozen=True)
class Order:
    """What is to be done to each."""

    #: a key of `WHAT`
    what: str
    #: for ``limit``: bytes; None = no limit of its own
    limit: int | None = None
    #: for ``tier``: id of a class of service
    tier: str = ""
    #: for ``bin``: days that it waits there
    days: int = 0


@dataclass(frozen=True)
class Done:
    """What became of the mailboxes."""

    changed: Sequence[str]
    left: Sequence[str]


def order_of(values: Mapping[str, Any], sent: Mapping[str, str], days: int) -> Order:
    """What a form asks for, by its ``values`` and as it was ``sent``.

    Raises:
        FieldErrors: no limit was typed.
    """
    if values["what"] == "limit" and not sent.get("limit", "").strip():
        raise wrong("limit", N_("Fill in this field."))
    return Order(values["what"], values["limit"], values["tier"] or "", days)


def chosen(sent: Mapping[str, str]) -> list[str]:
    """The ids of the mailboxes whose boxes are ticked; no more than a page of the list has."""
    ticked = (name.removeprefix(BOX) for name, value in sent.items() if _is_box(name, value))
    return sorted(one for one in ticked if one)[: mailboxes.PAGE]


def _is_box(name: str, value: str) -> bool:
    return name.startswith(BOX) and bool(value)


def found(zimbra: Zimbra, domain: Entry, identities: Iterable[str]) -> list[Entry]:
    """The chosen mailboxes of a domain, by address; what is not the customer's is left out."""
    either = "".join(filters.equal("zimbraId", one) for one in identities)
    if not either:
        return []
    query = f"(&{scope.NOT_SYSTEM}(|{either}))"
    name, most = domain_of(domain), mailboxes.PAGE
    return zimbra.search_page(
        "accounts", query, mailboxes.ATTRIBUTES, name, limit=most, inherited=True
    )


def reason(what: str, account: Entry) -> str | None:
    """Why a mailbox stays as it is: a message; None = it is changed."""
    is_administrator = account.one("zimbraIsDelegatedAdminAccount") == "TRUE"
    if is_administrator and what in ("lock", "bin"):
        return N_("This is the administrator's mailbox.")
    status = account.one("zimbraAccountStatus") or "active"
    if status == "pending":
        return N_("It is in the bin.")
    if status in _FROM[what]:
        return None
    if what == "lock" and status == "locked":
        return N_("It is locked already.")
    if what == "unlock" and status == "active":
        return N_("It is not locked.")
    return N_("An administrator has shut it.")


def require_fits(
    zimbra: Zimbra,
    request: Request,
    domain: Entry,
    order: Order,
    accounts: Sequence[Entry],
    left: Callable[[], int | None],
) -> None:
    """Let an order pass if the plan allows it for all of these mailboxes together.

    ``left`` gives the bytes that are left to give out.

    Raises:
        FieldErrors: of the field ``limit`` or ``tier``.
    """
    if order.what == "limit" and order.limit:
        limits.require_quota(request, domain, order.limit)
        cap = quotas.amount(domain, quotas.CAP)
        held = [quotas.in_force(quotas.amount(one, quotas.QUOTA), cap) for one in accounts]
        more = sum(max(0, order.limit - max(0, one)) for one in held if one)
        rest = left() if more else None
        if rest is not None and more > rest:
            raise wrong("limit", _TOO_MUCH, more=f"{more / GB:.4g}", left=f"{rest / GB:.4g}")
    if order.what == "tier":
        found = next((one for one in tiers.of(zimbra, domain) if one.id == order.tier), None)
        if found is None:
            raise wrong("tier", N_("Choose one of the values offered."))
        now = [one.one("zimbraCOSId") or tiers.default_of(domain) for one in accounts]
        need = sum(one != order.tier for one in now)
        if need > found.left:
            raise wrong("tier", _TOO_MANY, need=need, plan=found.name, left=found.left)


def change(
    zimbra: Zimbra, request: Request, order: Order, identities: Sequence[str], now: datetime
) -> Done:
    """Do one action to each mailbox."""
    scope.open_service(zimbra, request)
    changed, left = [], []
    for one in identities:
        try:
            changed.append(change_one(zimbra, request, order, one, now))
        except (Refused, Conflict, NotFound, FieldErrors):
            left.append(one)
    return Done(changed, left)


def change_one(zimbra: Zimbra, request: Request, order: Order, identity: str, now: datetime) -> str:
    """Do it to one mailbox; its address.

    Raises:
        Refused, Conflict, NotFound, FieldErrors: it stays as it was.
    """
    if order.what == "bin":
        return shown_address(bins.put_by_id(zimbra, request, identity, now, order.days)[0].name)
    if order.what == "limit":
        return editing.apply_part(zimbra, request, identity, {"limit": order.limit})
    if order.what == "tier":
        return editing.apply_part(zimbra, request, identity, {"tier": order.tier})
    doing = {"lock": access.lock, "unlock": access.unlock, "sign_out": access.sign_out}
    return doing[order.what](zimbra, request, identity)
