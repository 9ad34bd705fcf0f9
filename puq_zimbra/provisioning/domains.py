"""The service's mail domain: find it, hold it against the plan, make it.

Source: `service/admin/{Get,Create,Modify}Domain.java`; zimbra-attrs.xml for the limits
(zimbraDomainMaxAccounts: absent = no limit, 0 = no account; the quotas: 0 = no limit).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from puq_zimbra.call import Call, Service
from puq_zimbra.errors import Conflict, DomainExists, NoSuchDomain, NotFound, Unavailable
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.kinds import KINDS, words_of
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.units import mail_domain, shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what we read of a domain, and never more: unfiltered answers carry private keys
ATTRIBUTES = (
    "zimbraDomainType",
    "zimbraDomainStatus",
    "zimbraDomainMaxAccounts",
    "zimbraDomainDefaultCOSId",
    "zimbraMailDomainQuota",
    "zimbraDomainAggregateQuota",
    "zimbraDomainAggregateQuotaPolicy",
    "zimbraCreateTimestamp",
    KINDS["domain"].words,
)


def find(zimbra: Zimbra, name: str) -> Entry | None:
    """The domain of that name, whoever owns it; None on Zimbra's word that there is none."""
    try:
        domain = zimbra.get_domain(name, "name", ATTRIBUTES)
    except NoSuchDomain:
        return None
    if mail_domain(domain.name) != name:
        raise Conflict(
            "Zimbra gave the domain %(given)s for %(asked)s.",
            given=domain.name,
            asked=shown_domain(name),
        )
    return domain


def find_ours(zimbra: Zimbra, call: Call) -> Entry | None:
    """The service's domain, or None.

    Raises:
        NotOurs: a domain of that name is somebody else's.
    """
    domain = find(zimbra, call.domain)
    if domain is None:
        return None
    ownership.require_ours(domain, call)
    if domain.one("zimbraDomainType") == "alias":
        raise Conflict(
            "The domain %(domain)s is an alias of another one in Zimbra.", domain=call.shown_domain
        )
    return domain


def get_ours(zimbra: Zimbra, call: Call) -> Entry:
    """The service's domain.

    Raises:
        NotFound: there is none.
        NotOurs: a domain of that name is somebody else's.
    """
    domain = find_ours(zimbra, call)
    if domain is None:
        raise NotFound("The domain %(domain)s does not exist in Zimbra.", domain=call.shown_domain)
    return domain


def attributes_of(sold: Service, cos: Entry | None, system_accounts: int) -> dict[str, str]:
    """The plan as a domain's attributes; "" stands for an attribute that is not set.

    ``system_accounts`` are held by Zimbra itself (galsync and the like): its limit counts them, the
    customer's does not. What a private server grants is for all of its domains together, for which
    Zimbra has no limit.
    """
    plan = sold.plan
    if sold.model == "server":
        plan = plan.model_copy(update={"mailboxes": None, "domain_quota": None})
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


def server_words(call: Call) -> list[str]:
    """What stands beside the stamp of a private server's first domain; of no other."""
    return [f"{ownership.SERVER}{call.sold.disk or 0}"] if call.sold.model == "server" else []


def difference(entry: Entry, wanted: Mapping[str, str]) -> dict[str, str]:
    """The part of ``wanted`` that the object does not hold yet."""
    return {name: value for name, value in wanted.items() if (entry.one(name) or "") != value}


def make(zimbra: Zimbra, call: Call, wanted: Mapping[str, str]) -> Entry:
    """Make the service's domain, stamped in the same call, and marked as unfinished.

    Raises:
        NotOurs: somebody else made a domain of that name in this very moment.
        Unavailable: a replica of the directory does not know of it yet.
    """
    name = call.domain
    attrs: dict[str, str | list[str]] = {key: value for key, value in wanted.items() if value}
    attrs[KINDS["domain"].words] = [call.stamp, ownership.CREATING, *server_words(call)]
    with suppress(DomainExists):  # sent twice at once: the stamp will say whether it was ours
        zimbra.create_domain(name, attrs)
    domain = find_ours(zimbra, call)
    if domain is None:
        raise Unavailable(
            "Zimbra does not show the new domain %(domain)s yet: try again in a minute.",
            domain=call.shown_domain,
        )
    return domain


def changes_to_fit(call: Call, domain: Entry, cos: Entry | None, system_accounts: int) -> Changes:
    """What must be written so that the domain holds the plan."""
    wanted = attributes_of(call.sold, cos, system_accounts)
    changes: Changes = dict(difference(domain, wanted))
    held = [one for one in words_of(domain) if one.startswith(ownership.SERVER)]
    if held != server_words(call):
        words = KINDS["domain"].words
        changes["-" + words] = held
        changes["+" + words] = server_words(call)
    return changes


def verify(zimbra: Zimbra, call: Call, wanted: Mapping[str, str]) -> Entry:
    """Read the domain afresh and see that it holds what was written.

    Raises:
        Conflict: it does not.
    """
    domain = get_ours(zimbra, call)
    missing = difference(domain, wanted)
    if missing:
        raise Conflict(
            "Zimbra did not keep %(attributes)s of the domain %(domain)s as written.",
            attributes=", ".join(sorted(missing)),
            domain=call.shown_domain,
        )
    return domain
