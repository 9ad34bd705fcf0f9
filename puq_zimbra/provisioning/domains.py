"""The service's mail domain: find it, hold it against the plan, make it.

Source: `service/admin/{Get,Create,Modify}Domain.java`; zimbra-attrs.xml for the limits
(zimbraDomainMaxAccounts: absent = no limit, 0 = no account; the quotas: 0 = no limit).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from puq_zimbra.errors import Conflict, DomainExists, NoSuchDomain, Unavailable
from puq_zimbra.provisioning import changes, ownership
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, Changes, domain_of, shown_name, words_of
from puq_zimbra.request import Plan, Request
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

ATTRIBUTES = KINDS["domain"].attributes


def find(zimbra: Zimbra, name: str) -> Entry | None:
    """The domain of that name, whichever service has it; None = Zimbra says there is none."""
    try:
        domain = zimbra.get_domain(name, "name", ATTRIBUTES)
    except NoSuchDomain:
        return None
    if domain_of(domain) != name:
        raise Conflict(
            "Zimbra gave the domain %(given)s for %(asked)s.",
            given=domain.name,
            asked=shown_domain(name),
        )
    return domain


def is_alias(domain: Entry) -> bool:
    """Whether it only points to another domain."""
    return domain.one("zimbraDomainType") == "alias"


def require_ours(domain: Entry, request: Request) -> None:
    """Refuse a domain without the call's stamp, and an alias of another domain.

    Raises:
        NotOurs: it bears no stamp, or another service's.
        Conflict: it is an alias domain, or was sold as another model.
    """
    ownership.require_ours(domain, request)
    if is_alias(domain):
        raise Conflict(
            "The domain %(domain)s is an alias of another one in Zimbra.",
            domain=shown_name(domain),
        )


def attributes_of(plan: Plan, cos: Entry | None, system_accounts: int) -> dict[str, str]:
    """The plan as a domain's attributes; "" stands for an attribute that is not set.

    ``system_accounts`` are held by Zimbra itself (galsync and the like): its limit counts them, the
    customer's does not.
    """
    wanted = {
        "zimbraDomainDefaultCOSId": cos.id if cos else "",
        "zimbraDomainMaxAccounts": "",
        "zimbraMailDomainQuota": str(plan.mailbox_quota or 0),
        "zimbraDomainAggregateQuota": str(plan.domain_quota or 0),
    }
    if plan.mailboxes is not None:
        wanted["zimbraDomainMaxAccounts"] = str(plan.mailboxes + system_accounts)
    if plan.domain_quota:
        wanted["zimbraDomainAggregateQuotaPolicy"] = "BLOCKSENDRECEIVE"
    return wanted


def difference(entry: Entry, wanted: Mapping[str, str]) -> dict[str, str]:
    """The part of ``wanted`` that the object does not hold yet."""
    return {name: value for name, value in wanted.items() if (entry.one(name) or "") != value}


def made(
    zimbra: Zimbra, request: Request, wanted: Mapping[str, str], plan_words: Sequence[str]
) -> Steps[Entry]:
    """Make the service's domain, stamped in the same request, and marked as unfinished.

    Raises:
        NotOurs: another service made a domain of that name at the same moment.
        Unavailable: a replica of the directory does not know of it yet.
    """
    words = KINDS["domain"].words
    marks = [ownership.CREATING, *plan_words, *ownership.customer_words(request)]
    attributes = {words: request.stamp, "+" + words: marks, **wanted}
    with suppress(DomainExists):  # sent twice at once: the stamp will say which one made it
        new = yield changes.create("domain", request.domain, attributes)
        if not new.id:
            return new
    domain = find(zimbra, request.domain)
    if domain is None:
        raise Unavailable(
            "Zimbra does not show the new domain %(domain)s yet: try again in a minute.",
            domain=request.shown_domain,
        )
    require_ours(domain, request)
    return domain


def changes_to_fit(domain: Entry, wanted: Mapping[str, str], plan_words: Sequence[str]) -> Changes:
    """What must be written so that the domain has the wanted attributes and notes."""
    needed: Changes = dict(difference(domain, wanted))
    noted = (ownership.SERVER, ownership.SOLD)
    held = [one for one in words_of(domain) if one.startswith(noted)]
    words = KINDS["domain"].words
    if gone := [one for one in held if one not in plan_words]:
        needed["-" + words] = gone
    if new := [one for one in plan_words if one not in held]:
        needed["+" + words] = new
    return needed


def verify(zimbra: Zimbra, request: Request, made: Entry, wanted: Mapping[str, str]) -> Entry:
    """Read the domain afresh and see that it holds what was written.

    Raises:
        Conflict: it does not.
    """
    domain = zimbra.get_domain(made.id, "id", ATTRIBUTES)
    require_ours(domain, request)
    missing = difference(domain, wanted)
    if missing:
        raise Conflict(
            "Zimbra did not keep %(attributes)s of the domain %(domain)s as written.",
            attributes=", ".join(sorted(missing)),
            domain=request.shown_domain,
        )
    return domain


def holds_a_global_administrator(zimbra: Zimbra, domain: Entry) -> bool:
    """Whether one of the domain's accounts runs the whole Zimbra."""
    query = "(zimbraIsAdminAccount=TRUE)"
    return any(zimbra.search_directory("accounts", query, ("zimbraId",), domain=domain.name))
