"""Model ``server``: a private Zimbra. Its first domain bears the stamp and is as model ``domain``.

What the plan grants is for all of its domains together, for which Zimbra has no limit: it is noted
beside the stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from puq_zimbra.config import Config
from puq_zimbra.products import domain
from puq_zimbra.provisioning import domains, ownership, quotas, stamp_search
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import Changes
from puq_zimbra.request import Plan, Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HAS_ADMINISTRATOR = True
IS_WHOLE_ZIMBRA = True
#: limits that Zimbra keeps nowhere
_NOTED = ("aliases", "lists", "domain_aliases", "mailboxes", "domain_quota")

at = domain.at
is_ours = domain.is_ours
require_ours = domain.require_ours
require_place = domain.require_place
require_touchable = domain.require_touchable
is_marked_elsewhere = domain.is_marked_elsewhere
renamed = domain.renamed
domain_around = domain.domain_around
administrators = domain.administrators
log_in_account = domain.log_in_account
is_complete = domain.is_complete
require_granted = domain.require_granted
welcome = domain.welcome
find_to_adopt = domain.find_to_adopt
refusals = domain.refusals
under_class = domain.under_class
quotas_in_force = domain.quotas_in_force
with_sign_out = domain.with_sign_out


def everything(zimbra: Zimbra, stamped: Entry) -> list[Entry]:
    """Every domain of the Zimbra that bears no other service's stamp."""
    return [stamped, *domains_beside(zimbra, stamped)]


def domains_beside(zimbra: Zimbra, stamped: Entry) -> list[Entry]:
    """The other domains of a private server: alias domains follow the domain they point to."""
    found = []
    for one in zimbra.search_directory("domains", "", domains.ATTRIBUTES):
        ownership.require_visible(one)
        if one.id != stamped.id and not domains.is_alias(one) and not ownership.stamps(one):
            found.append(one)
    return sorted(found, key=lambda one: one.name)


def require_new(zimbra: Zimbra, request: Request, stamped: Entry | None, config: Config) -> None:
    """Refuse a Zimbra that holds other services, or domains that the call does not take over."""
    if stamped is None:
        from puq_zimbra.provisioning import names

        names.require_no_web_site(request, config.names)
        stamp_search.refuse_if_shared(zimbra)
        if not request.take_existing:
            stamp_search.refuse_to_take(zimbra)
    domain.require_address(zimbra, request, stamped)


def creation(
    zimbra: Zimbra, request: Request, stamped: Entry | None, cos: Entry | None
) -> Steps[Sequence[Entry]]:
    """Make the first domain, its administrator and his rights; the two objects."""
    attributes = wanted(request.purchase.plan, cos, 0)
    words = plan_words(request)
    return (yield from domain.made(zimbra, request, stamped, attributes, words))


def read_back(
    zimbra: Zimbra, request: Request, objects: Sequence[Entry], cos: Entry | None
) -> Entry:
    """Read a new service afresh and see that it holds what was written."""
    return domain.verified(zimbra, request, objects, wanted(request.purchase.plan, cos, 0))


def require_unclaimed(zimbra: Zimbra, _: Request) -> None:
    """Refuse a Zimbra that holds another service."""
    stamp_search.refuse_if_shared(zimbra)


def wanted(plan: Plan, cos: Entry | None, system_accounts: int) -> dict[str, str]:
    """The part of the plan that holds for each domain, as the first one's attributes."""
    plan = plan.model_copy(update={"mailboxes": None, "domain_quota": None})
    return domains.attributes_of(plan, cos, system_accounts)


def plan_words(request: Request) -> list[str]:
    """That it is a private server, its disk, and the limits that Zimbra keeps nowhere."""
    words = ownership.sold_words(request.purchase.plan, _NOTED)
    return [f"{ownership.SERVER}{request.purchase.disk or 0}", *words]


def changes_to_fit(
    request: Request, stamped: Entry, cos: Entry | None, system_accounts: int
) -> Changes:
    """What must be written so that the first domain holds the plan."""
    attributes = wanted(request.purchase.plan, cos, system_accounts)
    return domains.changes_to_fit(stamped, attributes, plan_words(request))


def limits_before(stamped: Entry, _: int) -> dict[str, Any]:
    """The limits that hold so far; those of a service without a note are not known."""
    return {
        "mailbox_quota": quotas.limit(quotas.amount(stamped, quotas.CAP)),
        **ownership.noted_limits(stamped, _NOTED),
    }
