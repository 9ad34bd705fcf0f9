"""Several mailboxes that the customer chose for one action: which of them it changes, and why not.

Each is read again right before its own writes; one that must not be changed stays, and is named.

Source: `puq_zimbra.selfservice.access` and `puq_zimbra.selfservice.bin`, which do it to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.errors import N_, Conflict, NotFound, Refused
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import access, mailboxes, scope
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what the names of the boxes begin with, before a mailbox's id
BOX = "box_"
WHAT: Mapping[str, str] = {
    "lock": N_("Lock"),
    "unlock": N_("Unlock"),
    "sign_out": N_("Sign out everywhere"),
    "bin": N_("Move to the bin"),
}
#: statuses from which an action leads somewhere
_FROM = {
    "lock": ("active", "lockout"),
    "unlock": ("locked", "lockout"),
    "sign_out": ("active", "locked", "lockout", "maintenance"),
    "bin": ("active", "locked", "lockout", "maintenance", "closed"),
}


@dataclass(frozen=True)
class Done:
    """What became of the mailboxes."""

    changed: Sequence[str]
    left: Sequence[str]


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
    return zimbra.search_page("accounts", query, mailboxes.ATTRIBUTES, name, limit=most)


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


def change(
    zimbra: Zimbra,
    request: Request,
    what: str,
    identities: Sequence[str],
    now: datetime,
    days: int,
) -> Done:
    """Do one action to each mailbox; ``days`` is for the bin."""
    scope.open_service(zimbra, request)
    changed, left = [], []
    for one in identities:
        try:
            changed.append(_one(zimbra, request, what, one, now, days))
        except (Refused, Conflict, NotFound):
            left.append(one)
    return Done(changed, left)


def _one(
    zimbra: Zimbra, request: Request, what: str, identity: str, now: datetime, days: int
) -> str:
    if what == "bin":
        return shown_address(bins.put_by_id(zimbra, request, identity, now, days)[0].name)
    doing = {"lock": access.lock, "unlock": access.unlock, "sign_out": access.sign_out}
    return doing[what](zimbra, request, identity)
