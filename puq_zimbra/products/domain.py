"""Model ``domain``: a mail domain, whose mailboxes its administrator makes.

The functions are those of `puq_zimbra.products.Product`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from puq_zimbra.config import Config
from puq_zimbra.dns import records
from puq_zimbra.errors import Conflict, NotOurs, Refused
from puq_zimbra.provisioning import (
    accounts,
    admins,
    changes,
    domains,
    ownership,
    plans,
    quotas,
    sessions,
    suspension,
)
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, Changes, domain_of
from puq_zimbra.readings import MailboxUsage
from puq_zimbra.request import Plan, Request, Service
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HAS_ADMINISTRATOR = True
IS_WHOLE_ZIMBRA = False
#: limits that Zimbra keeps nowhere
_NOTED = ("aliases", "lists", "domain_aliases")


def at(zimbra: Zimbra, request: Request) -> Entry | None:
    """The domain of the service's name."""
    return domains.find(zimbra, request.domain)


def is_ours(_: Zimbra, entry: Entry, request: Request) -> bool:
    """Whether a domain bears the stamp and is no alias of another."""
    return ownership.bears(entry, request) and not domains.is_alias(entry)


def require_ours(_: Zimbra, entry: Entry, request: Request) -> None:
    """Refuse a domain without the stamp, and an alias of another domain."""
    domains.require_ours(entry, request)


def require_place(zimbra: Zimbra, entry: Entry, request: Request) -> None:
    """A domain may be sold wherever it is."""


def require_touchable(stamped: Entry) -> None:
    """Every domain may be a customer's."""


def is_marked_elsewhere(_: Zimbra, __: Request) -> bool:
    """No customer can write the stamp of a domain."""
    return False


def renamed(purchase: Service, stamped: Entry) -> Service:
    """The purchase with the name that its domain has in Zimbra."""
    return purchase.model_copy(update={"domain": domain_of(stamped)})


def everything(_: Zimbra, stamped: Entry) -> list[Entry]:
    """The domain: its alias domains follow it."""
    return [stamped]


def domain_around(_: Zimbra, stamped: Entry) -> Entry | None:
    """The domain itself."""
    return stamped


administrators = admins.find
log_in_account = admins.get


def require_new(zimbra: Zimbra, request: Request, stamped: Entry | None, config: Config) -> None:
    """Refuse a name that must not be sold, and an administrator's address that Zimbra refuses."""
    if stamped is None:
        # Loaded only here: the public suffixes cost every other hook's start a while.
        from puq_zimbra.provisioning import names

        names.require_domain(zimbra, request, config.names)
    require_address(zimbra, request, stamped)


def require_address(zimbra: Zimbra, request: Request, stamped: Entry | None) -> None:
    """Refuse an administrator's address that does not exist and may not be made."""
    if stamped is None or accounts.find(zimbra, request) is None:
        accounts.require_makeable(request)


def is_complete(zimbra: Zimbra, request: Request, stamped: Entry) -> bool:
    """Whether it is shut, or open and has its administrator."""
    is_open = suspension.standing(stamped)["state"] == "active"
    return not is_open or admins.is_complete(zimbra, request, stamped)


def require_granted(zimbra: Zimbra, request: Request, cos: Entry | None) -> None:
    """Refuse a quota above that of the class of service."""
    quotas.require_class_grants(zimbra, request, cos)


def creation(
    zimbra: Zimbra, request: Request, stamped: Entry | None, cos: Entry | None
) -> Steps[Sequence[Entry]]:
    """Make the domain, its administrator and his rights; the two objects.

    A complete service that only lacks its administrator keeps its limits.
    """
    attributes = wanted(request.purchase.plan, cos, 0)
    return (yield from made(zimbra, request, stamped, attributes, plan_words(request)))


def made(
    zimbra: Zimbra,
    request: Request,
    stamped: Entry | None,
    attributes: dict[str, str],
    words: Sequence[str],
) -> Steps[Sequence[Entry]]:
    """Make the domain with those attributes and notes, its administrator and his rights."""
    unfinished = stamped is None or ownership.is_unfinished(stamped)
    if stamped is None:
        stamped = yield from domains.made(zimbra, request, attributes, words)
    if unfinished and (missing := domains.difference(stamped, attributes)):
        yield changes.modify(stamped, missing)
    admin = yield from admins.ensured(zimbra, request, stamped, unfinished=unfinished)
    if unfinished:
        mark: Changes = {"-" + KINDS["domain"].words: ownership.CREATING}
        yield changes.modify(stamped, mark, joined=True)
    return stamped, admin


def read_back(
    zimbra: Zimbra, request: Request, objects: Sequence[Entry], cos: Entry | None
) -> Entry:
    """Read a new service afresh and see that it holds what was written."""
    return verified(zimbra, request, objects, wanted(request.purchase.plan, cos, 0))


def verified(
    zimbra: Zimbra, request: Request, objects: Sequence[Entry], attributes: dict[str, str]
) -> Entry:
    """The domain read afresh, if it holds what was written and its administrator is there."""
    stamped, admin = objects
    fresh = domains.verify(zimbra, request, stamped, attributes)
    if ownership.is_unfinished(fresh) or not accounts.is_there(zimbra, admin):
        raise Conflict(
            "The domain %(domain)s was created, but does not read back complete: create it again.",
            domain=request.shown_domain,
        )
    return fresh


def welcome(request: Request) -> dict[str, Any]:
    """What the welcome mail needs."""
    server = request.zimbra_server
    return {
        "domain": request.shown_domain,
        "admin_address": request.shown_address,
        "webmail_url": server.webmail,
        "admin_url": server.admin_panel,
        "mail_hosts": server.mail_hosts,
        "dns": records.for_welcome(records.setup_of(server, request.domain)),
    }


def find_to_adopt(zimbra: Zimbra, request: Request, _: Config) -> Entry | None:
    """The domain of the service's name, unless it is an alias of another."""
    domain = domains.find(zimbra, request.domain)
    if domain is not None and domains.is_alias(domain):
        raise Conflict(
            "The domain %(domain)s is an alias of another one in Zimbra.",
            domain=request.shown_domain,
        )
    return domain


def require_unclaimed(zimbra: Zimbra, _: Request) -> None:
    """Refuse a private server: all that is unstamped on it belongs to its service."""
    query = filters.begins(KINDS["domain"].words, ownership.SERVER)
    for domain in zimbra.search_directory("domains", query, domains.ATTRIBUTES):
        if not domains.is_alias(domain):
            raise NotOurs(
                "This Zimbra is a private server, which has the domain %(domain)s: all on it is"
                " that service's.",
                domain=shown_domain(domain.name),
            )


def wanted(plan: Plan, cos: Entry | None, system_accounts: int) -> dict[str, str]:
    """The plan as the domain's attributes."""
    return domains.attributes_of(plan, cos, system_accounts)


def plan_words(request: Request) -> list[str]:
    """The limits that Zimbra keeps nowhere."""
    return ownership.sold_words(request.purchase.plan, _NOTED)


def changes_to_fit(
    request: Request, stamped: Entry, cos: Entry | None, system_accounts: int
) -> Changes:
    """What must be written so that the domain holds the plan."""
    attributes = wanted(request.purchase.plan, cos, system_accounts)
    return domains.changes_to_fit(stamped, attributes, plan_words(request))


def limits_before(stamped: Entry, system_accounts: int) -> dict[str, int | None]:
    """The limits that hold so far; those of a service without a note are not known."""
    most = stamped.one("zimbraDomainMaxAccounts")
    held = quotas.amount(stamped, "zimbraDomainMaxAccounts")
    return {
        "mailbox_quota": quotas.limit(quotas.amount(stamped, quotas.CAP)),
        **ownership.noted_limits(stamped, _NOTED),
        "mailboxes": max(0, held - system_accounts) if most else None,
        "domain_quota": quotas.limit(quotas.amount(stamped, "zimbraDomainAggregateQuota")),
    }


def refusals(
    zimbra: Zimbra,
    purchase: Service,
    everything: Sequence[Entry],
    mailboxes: Sequence[MailboxUsage],
) -> Iterator[Refused]:
    """Refusals of a plan below what its domains hold and use."""
    yield from plans.too_many(purchase.plan, mailboxes)
    yield from plans.too_large(purchase.plan.mailbox_quota, mailboxes)
    yield from plans.more_held(zimbra, purchase.plan, everything)


def under_class(
    zimbra: Zimbra, stamped: Entry, _: Changes, mailboxes: Sequence[MailboxUsage]
) -> Sequence[MailboxUsage]:
    """The domain's mailboxes without a quota or a class of their own."""
    query = "(|(zimbraMailQuota=*)(zimbraCOSId=*))"
    apart = zimbra.search_directory("accounts", query, ("zimbraId",), domain=stamped.name)
    names = {one.id for one in apart}
    end = "@" + stamped.name
    return [one for one in mailboxes if one.id not in names and one.address.endswith(end)]


def quotas_in_force(
    zimbra: Zimbra, request: Request, cos: Entry | None, everything: Sequence[Entry]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The domains in which a mailbox is allowed less than was sold."""
    for name, short in quotas.shortfalls(zimbra, request, cos, everything).items():
        yield shown_domain(name), {"mailbox_quota": short.allowed, short.kind: short.name}


with_sign_out = sessions.with_sign_out
