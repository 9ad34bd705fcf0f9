"""Model ``mailbox``: one address, sold by itself, in a domain that is no service.

The account bears the stamp. In a domain that bears one, its administrator makes the mailboxes (and
could forge our mark on them), so no mailbox is sold there by itself.

The functions are those of `puq_zimbra.products.Product`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from puq_zimbra.config import Config
from puq_zimbra.errors import Conflict, Refused
from puq_zimbra.products import domain
from puq_zimbra.provisioning import (
    accounts,
    admins,
    changes,
    domains,
    mailboxes,
    ownership,
    plans,
    quotas,
    sessions,
    stamp_search,
)
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import Changes, address_of, domain_of, shown_name
from puq_zimbra.readings import MailboxUsage
from puq_zimbra.request import Request, Service
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HAS_ADMINISTRATOR = False
IS_WHOLE_ZIMBRA = False


def at(zimbra: Zimbra, request: Request) -> Entry | None:
    """The account that has the address, as its own or as an alias."""
    return accounts.at(zimbra, request.address)


is_ours = mailboxes.is_ours
require_ours = mailboxes.require_ours


def require_place(zimbra: Zimbra, entry: Entry, request: Request) -> None:
    """Refuse an account that no customer may have, and one in the domain of a service."""
    accounts.require_touchable(entry, request.address)
    mailboxes.require_domain(zimbra, request)


def require_touchable(stamped: Entry) -> None:
    """Refuse an account that no customer may be given."""
    accounts.require_touchable(stamped, address_of(stamped))


is_marked_elsewhere = stamp_search.is_marked_elsewhere


def renamed(purchase: Service, stamped: Entry) -> Service:
    """The purchase with the address that its account has in Zimbra."""
    assert purchase.mailbox is not None
    sold = purchase.mailbox.model_copy(update={"address": address_of(stamped)})
    return purchase.model_copy(update={"mailbox": sold})


def everything(_: Zimbra, stamped: Entry) -> list[Entry]:
    """The account."""
    return [stamped]


def domain_around(zimbra: Zimbra, stamped: Entry) -> Entry | None:
    """The domain in which it lies."""
    return domains.find(zimbra, domain_of(stamped))


def administrators(_: Zimbra, __: Request, ___: Entry) -> list[Entry]:
    """Its customer administers nothing."""
    return []


def log_in_account(_: Zimbra, __: Request, stamped: Entry) -> Entry:
    """The mailbox itself."""
    return stamped


def require_new(zimbra: Zimbra, request: Request, stamped: Entry | None, config: Config) -> None:
    """Refuse an address that must not be sold, or not in that domain."""
    if stamped is None:
        from puq_zimbra.provisioning import names

        mailboxes.require_domain(zimbra, request, config.mailbox.domains)
        accounts.require_makeable(request)
        names.require_local_part(request, config.names)


def is_complete(_: Zimbra, __: Request, ___: Entry) -> bool:
    """The account is all there is."""
    return True


def require_granted(zimbra: Zimbra, request: Request, _: Entry | None) -> None:
    """Refuse a quota above the domain's cap: it is written to the mailbox, and the class yields."""
    quotas.require_domain_grants(zimbra, request)


def creation(
    zimbra: Zimbra, request: Request, stamped: Entry | None, cos: Entry | None
) -> Steps[Sequence[Entry]]:
    """Make the account with what the plan grants; the one object."""
    if stamped is None:
        stamped = yield from mailboxes.made(zimbra, request, cos)
    else:
        # It may have been made by a call whose answer was lost, before its password was stored.
        yield changes.set_password(stamped, accounts.password_of(request))
    yield from mailboxes.finished(request, stamped, cos)
    return (stamped,)


def read_back(
    zimbra: Zimbra, request: Request, objects: Sequence[Entry], cos: Entry | None
) -> Entry:
    """Read a new mailbox afresh and see that it holds what was written."""
    fresh = ownership.again(zimbra, request, objects[0])
    if ownership.is_unfinished(fresh) or mailboxes.changes_to_fit(request, fresh, cos):
        raise Conflict(
            "The mailbox %(address)s was created, but does not read back complete: create it"
            " again.",
            address=request.shown_address,
        )
    return fresh


def welcome(request: Request) -> dict[str, Any]:
    """What the welcome mail needs."""
    server = request.zimbra_server
    return {
        "domain": request.shown_domain,
        "address": request.shown_address,
        "webmail_url": server.webmail,
        "mail_hosts": server.mail_hosts,
    }


def find_to_adopt(zimbra: Zimbra, request: Request, config: Config) -> Entry | None:
    """The account of the address, unless it administers a domain or lies in a service's."""
    account = accounts.find(zimbra, request)
    if account is None:
        return None
    mailboxes.require_domain(zimbra, request, config.mailbox.domains)
    if admins.is_delegated(account):
        raise Conflict(
            "The mailbox %(address)s is an administrator's: it is not sold by itself.",
            address=request.shown_address,
        )
    return account


require_unclaimed = domain.require_unclaimed


def plan_words(request: Request) -> list[str]:
    """As for a domain."""
    return domain.plan_words(request)


def changes_to_fit(request: Request, stamped: Entry, cos: Entry | None, _: int) -> Changes:
    """What must be written so that the account holds the plan."""
    return mailboxes.changes_to_fit(request, stamped, cos)


def limits_before(stamped: Entry, _: int) -> dict[str, int | None]:
    """Its own quota; that of its class is not the plan's."""
    own = stamped.one(quotas.QUOTA)
    return {"mailbox_quota": quotas.limit(quotas.amount(stamped, quotas.QUOTA))} if own else {}


def refusals(
    _: Zimbra, purchase: Service, __: Sequence[Entry], held: Sequence[MailboxUsage]
) -> Iterator[Refused]:
    """Refusals of a quota below what it uses."""
    yield from plans.too_large(purchase.plan.mailbox_quota, held)


def under_class(
    _: Zimbra, stamped: Entry, needed: Changes, held: Sequence[MailboxUsage]
) -> Sequence[MailboxUsage]:
    """The mailbox, unless it has, or gets, a quota of its own."""
    own = needed.get(quotas.QUOTA, stamped.one(quotas.QUOTA))
    return () if own else held


def quotas_in_force(
    zimbra: Zimbra, request: Request, _: Entry | None, everything: Sequence[Entry]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mailbox, if its domain caps it below what was sold."""
    stamped, sold = everything[0], request.purchase.plan.mailbox_quota
    allowed = quotas.limit(quotas.cap_of(zimbra, domain_of(stamped))) if sold else None
    if sold and allowed is not None and allowed < sold:
        held = {"mailbox_quota": allowed, "domain": shown_domain(domain_of(stamped))}
        yield shown_name(stamped), held


def with_sign_out(stamped: Entry, needed: Changes) -> Changes:
    """End the sessions in the write that shuts the mailbox."""
    begins = sessions.begins_suspension(stamped, needed)
    return {**needed, **sessions.raised(stamped)} if begins else needed
