"""The plans of mailboxes in one domain: its classes of service, each with its number of mailboxes.

Zimbra holds them in the domain's zimbraDomainCOSMaxAccounts, `<id of the class>:<number>`, which
global administrators alone write and CreateAccount enforces. A mailbox without a class of its own
counts for the domain's. There is a choice from two on.

Source: `cs/account/callback/DomainCOSMaxAccounts.java`; zimbra-attrs.xml; recorded limits of a
genuine server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_
from puq_zimbra.provisioning import plans
from puq_zimbra.provisioning.entries import KINDS, domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.zimbra import batches, filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

RULES = "zimbraDomainCOSMaxAccounts"
_RULE = re.compile(r"([A-Za-z0-9-]{1,64}):([0-9]{1,9})", re.ASCII)
_CHOICE_FROM = 2


@dataclass(frozen=True)
class Tier:
    """One class of service of a domain."""

    id: str
    name: str
    #: mailboxes that have it
    held: int
    most: int

    @property
    def left(self) -> int:
        """How many more may have it."""
        return max(0, self.most - self.held)


def rules_of(domain: Entry) -> dict[str, int]:
    """Class's id -> the most mailboxes, where there is a choice; else nothing."""
    found = {}
    for text in domain.all(RULES):
        if match := _RULE.fullmatch(text):
            found[match[1]] = int(match[2])
    return found if len(found) >= _CHOICE_FROM else {}


def of(zimbra: Zimbra, domain: Entry) -> Sequence[Tier]:
    """The classes of a domain with what is left of each, by name; none where there is no choice."""
    return told(domain, batches.together(zimbra, asking(domain)))


def asking(domain: Entry) -> list[Callable[[Zimbra], Any]]:
    """The reads behind `of`, which may go along with others."""
    rules = rules_of(domain)
    counts = [partial(_count, domain=domain, cos=one) for one in rules]
    return [lambda zimbra: zimbra.get_all_cos(), *counts] if rules else []


def told(domain: Entry, found: Sequence[Any]) -> Sequence[Tier]:
    """What the answers to `asking` say.

    Raises:
        PuqZimbraError: one of them was refused.
    """
    if not found:
        return ()
    classes, *counts = map(batches.accepted, found)
    names = {one.id: one.name for one in classes}
    tiers = [
        Tier(one, names[one], held, most)
        for (one, most), held in zip(rules_of(domain).items(), counts, strict=True)
        if one in names
    ]
    return sorted(tiers, key=lambda one: one.name)


def default_of(domain: Entry) -> str:
    """The id of the domain's own class; "" = Zimbra's default."""
    return domain.one(KINDS["domain"].cos) or ""


def _count(zimbra: Zimbra, domain: Entry, cos: str) -> int:
    own = filters.equal("zimbraCOSId", cos)
    if cos == default_of(domain):
        own = f"(|{own}(!(zimbraCOSId=*)))"
    return zimbra.count_directory("accounts", f"(&{scope.NOT_SYSTEM}{own})", domain_of(domain))


def require(zimbra: Zimbra, domain: Entry, wanted: str | None, now: str = "") -> str:
    """The class (id) that a form asks for; "" where there is no choice, or it asks for none.

    ``now`` is the class that the mailbox has, of which it needs no other place.

    Raises:
        FieldErrors: of the field ``tier``.
    """
    if not wanted or not rules_of(domain) or wanted == now:
        return ""
    found = next((one for one in of(zimbra, domain) if one.id == wanted), None)
    if found is None:
        raise wrong("tier", N_("Choose one of the values offered."))
    if not found.left:
        raise wrong(
            "tier",
            N_("All %(most)s mailboxes of the plan %(plan)s are taken."),
            most=found.most,
            plan=found.name,
        )
    return found.id


def policy_of(zimbra: Zimbra, request: Request, own: str) -> Entry | None:
    """The class with the password rules of a mailbox that has the class ``own``, or none."""
    if own:
        found: Entry = zimbra.get_cos(own, plans.ATTRIBUTES, "id")
        return found
    sold = plans.class_of_service(zimbra, request.purchase.plan)
    return sold or plans.default_class(zimbra)
