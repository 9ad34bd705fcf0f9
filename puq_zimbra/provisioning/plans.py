"""The plan against Zimbra: its class of service, and what does not fit into a smaller plan.

Source: `service/admin/GetCos.java`; WHMCS "ChangePackage" (it gives only the new plan, so what is
held must be read).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from puq_zimbra.errors import N_, CosUnknown, NoSuchCos, Refused
from puq_zimbra.provisioning import deletion, passwords, quotas
from puq_zimbra.provisioning.entries import Changes, kind_of
from puq_zimbra.readings import MailboxUsage
from puq_zimbra.request import Plan, Service
from puq_zimbra.units import MB, megabytes, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what is read of a class of service
ATTRIBUTES = (*passwords.ATTRIBUTES, "zimbraMailQuota")


def class_of_service(zimbra: Zimbra, plan: Plan) -> Entry | None:
    """The plan's class of service with its rules; None = the server's default.

    Raises:
        CosUnknown: Zimbra has none of that name.
    """
    if plan.cos is None:
        return None
    try:
        return zimbra.get_cos(plan.cos, ATTRIBUTES)
    except NoSuchCos as error:
        raise CosUnknown(
            "Zimbra has no class of service %(cos)s: create it or change the product's settings.",
            cos=plan.cos,
            server=zimbra.server.named,
        ) from error


def default_class(zimbra: Zimbra) -> Entry | None:
    """The class of service that holds where the plan names none, with its rules."""
    try:
        return zimbra.get_cos("default", ATTRIBUTES)
    except NoSuchCos:  # renamed: Zimbra itself will check the password
        return None


_LIMITS = ("mailboxes", "mailbox_quota", "domain_quota", "aliases", "lists", "domain_aliases")


def lowered(purchase: Service, before: Mapping[str, int | None]) -> Service:
    """The service with those of its new plan's limits alone that are lower than before.

    A limit that is not lowered blocks no change, though more is held: nothing gets worse.
    ``before`` are the limits so far that are known. One that is not known counts as higher, unless
    the other limits say that the plan is the bigger one.
    """
    new = {name: _height(getattr(purchase.plan, name)) for name in _LIMITS}
    known = {name: _height(limit) for name, limit in before.items()}
    is_lower = {name: new[name] < height for name, height in known.items()}
    bigger = any(new[name] > height for name, height in known.items())
    upgrade = bigger and not any(is_lower.values())
    higher = [name for name in _LIMITS if not is_lower.get(name, not upgrade)]
    plan = purchase.plan.model_copy(update=dict.fromkeys(higher))
    return purchase.model_copy(update={"plan": plan})


def _height(limit: int | None) -> float:
    return math.inf if limit is None else limit


def require_none(refusals: Iterable[Refused]) -> None:
    """Refuse a plan with the first of its refusals, if there are any.

    Raises:
        Refused: the first of them.
    """
    for refusal in refusals:
        raise refusal


def too_many(plan: Plan, mailboxes: Sequence[MailboxUsage]) -> Iterator[Refused]:
    """Refusals of a plan with fewer mailboxes, or less space, than are in use.

    ``mailboxes`` are the customer's (no system accounts); one of unknown size counts as empty.
    """
    if plan.mailboxes is not None and len(mailboxes) > plan.mailboxes:
        yield Refused(
            "Mailboxes in the plan: %(limit)s, in use: %(held)s. Delete some first.",
            limit=plan.mailboxes,
            held=len(mailboxes),
        )
    used = sum(one.used or 0 for one in mailboxes)
    if plan.domain_quota and used > plan.domain_quota:
        yield Refused(
            "The plan allows %(limit)s MB, but %(used)s MB are in use: free some space first.",
            limit=plan.domain_quota // MB,
            used=megabytes(used),
        )


def too_large(limit: int | None, mailboxes: Sequence[MailboxUsage]) -> Iterator[Refused]:
    """The refusal of a quota per mailbox (bytes) that some mailboxes exceed, with their names."""
    over = [one for one in mailboxes if limit is not None and (one.used or 0) > limit]
    if limit is not None and over:
        yield Refused(
            "The plan allows %(limit)s MB per mailbox, but these hold more: %(mailboxes)s.",
            limit=limit // MB,
            mailboxes=", ".join(
                f"{shown_address(m.address)} ({megabytes(m.used or 0)})" for m in over[:5]
            )
            + (f" (+{len(over) - 5})" if len(over) > 5 else ""),
        )


def more_held(zimbra: Zimbra, plan: Plan, entries: Sequence[Entry]) -> Iterator[Refused]:
    """Refusals of a plan with fewer aliases, lists or alias domains than a service's domains hold.

    Zimbra has no limit for them, so they are counted here; a search is made only for a plan that
    limits any.
    """
    limits = (plan.aliases, plan.lists, plan.domain_aliases)
    if limits == (None, None, None):
        return
    found = deletion.list_contents(zimbra, entries)
    held = (
        len(found.aliases),
        len(found.lists) + len(found.dynamic_groups),
        len(found.alias_domains),
    )
    for limit, count, message in zip(limits, held, _MORE_HELD, strict=True):
        if limit is not None and count > limit:
            yield Refused(message, limit=limit, held=count)


_MORE_HELD = (
    N_("Aliases in the plan: %(limit)s, in use: %(held)s. Delete some first."),
    N_("Distribution lists in the plan: %(limit)s, in use: %(held)s. Delete some first."),
    N_("Alias domains in the plan: %(limit)s, in use: %(held)s. Delete some first."),
)


def class_too_small(
    zimbra: Zimbra,
    stamped: Entry,
    changes: Changes,
    under_class: Callable[[], Sequence[MailboxUsage]],
) -> Iterator[Refused]:
    """Refusals of another class of service whose own quota is below what a mailbox under it uses.

    ``under_class`` gives those mailboxes; a class that allows no less than the one before refuses
    nothing.
    """
    held = kind_of(stamped).cos
    if held not in changes:
        return
    new, before = (_quota_of(zimbra, one or "") for one in (str(changes[held]), stamped.one(held)))
    if new is not None and (before is None or new < before):
        yield from too_large(new, under_class())


def _quota_of(zimbra: Zimbra, cos: str) -> int | None:
    """What a class of service (id) allows a mailbox, in bytes; None = all."""
    found = quotas.class_by(zimbra, cos, "id") or quotas.class_by(zimbra, "default", "name")
    return quotas.limit(quotas.amount(found, quotas.QUOTA))
