"""The plan against Zimbra: its class of service, and what a smaller plan would not hold.

Source: `service/admin/GetCos.java`; WHMCS "ChangePackage" (it gives only the new plan, so what is
held must be read).
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.call import Plan, Service
from puq_zimbra.errors import N_, CosUnknown, NoSuchCos, Refused
from puq_zimbra.model import MailboxUsage
from puq_zimbra.provisioning import contents, passwords
from puq_zimbra.provisioning.suspension import Changes
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
        ) from error


def default_class(zimbra: Zimbra) -> Entry | None:
    """The class of service that holds where the plan names none, with its rules."""
    try:
        return zimbra.get_cos("default", ATTRIBUTES)
    except NoSuchCos:  # renamed: Zimbra itself will check the password
        return None


def refuse_if_too_small(sold: Service, mailboxes: Sequence[MailboxUsage]) -> None:
    """Refuse a plan below what is held or used, with the numbers and the names.

    ``mailboxes`` are the customer's (no system accounts); a mailbox of unknown size blocks nothing.

    Raises:
        Refused: nothing was changed.
    """
    plan = sold.plan
    if sold.model != "mailbox":
        _refuse_if_too_many(plan, mailboxes)
    _refuse_if_over(plan.mailbox_quota or 0, mailboxes)


def _refuse_if_too_many(plan: Plan, mailboxes: Sequence[MailboxUsage]) -> None:
    if plan.mailboxes is not None and len(mailboxes) > plan.mailboxes:
        raise Refused(
            "Mailboxes in the plan: %(limit)s, in use: %(held)s. Delete some first.",
            limit=plan.mailboxes,
            held=len(mailboxes),
        )
    used = sum(one.used or 0 for one in mailboxes)
    if plan.domain_quota and used > plan.domain_quota:
        raise Refused(
            "The plan allows %(limit)s MB, but %(used)s MB are in use: free some space first.",
            limit=plan.domain_quota // MB,
            used=megabytes(used),
        )


def _refuse_if_over(limit: int, mailboxes: Sequence[MailboxUsage]) -> None:
    over = [one for one in mailboxes if limit and (one.used or 0) > limit]
    if over:
        raise Refused(
            "The plan allows %(limit)s MB per mailbox, but these hold more: %(mailboxes)s.",
            limit=limit // MB,
            mailboxes=", ".join(
                f"{shown_address(m.address)} ({megabytes(m.used or 0)})" for m in over[:5]
            )
            + (f" (+{len(over) - 5})" if len(over) > 5 else ""),
        )


def refuse_if_more_held(zimbra: Zimbra, sold: Service, entries: Sequence[Entry]) -> None:
    """Refuse a plan with fewer aliases, lists or alias domains than a service's domains hold.

    Zimbra has no limit for them, so they are counted here; a search is made only for a plan that
    limits any.

    Raises:
        Refused: nothing was changed.
    """
    limits = (sold.plan.aliases, sold.plan.lists, sold.plan.domain_aliases)
    if sold.model == "mailbox" or limits == (None, None, None):
        return
    found = contents.list_contents(zimbra, entries)
    held = (
        len(found.aliases),
        len(found.lists) + len(found.dynamic_groups),
        len(found.alias_domains),
    )
    for limit, count, message in zip(limits, held, _MORE_HELD, strict=True):
        if limit is not None and count > limit:
            raise Refused(message, limit=limit, held=count)


_MORE_HELD = (
    N_("Aliases in the plan: %(limit)s, in use: %(held)s. Delete some first."),
    N_("Distribution lists in the plan: %(limit)s, in use: %(held)s. Delete some first."),
    N_("Alias domains in the plan: %(limit)s, in use: %(held)s. Delete some first."),
)


def refuse_if_class_too_small(
    zimbra: Zimbra, bearer: Entry, changes: Changes, mailboxes: Sequence[MailboxUsage]
) -> None:
    """Refuse another class of service whose own quota is below what a mailbox under it uses.

    A mailbox with a quota or a class of its own is not under it.

    Raises:
        Refused: nothing was changed.
    """
    held = "zimbraCOSId" if bearer.kind == "account" else "zimbraDomainDefaultCOSId"
    if held not in changes:
        return
    identity = str(changes[held])
    cos = zimbra.get_cos(identity, ATTRIBUTES, by="id") if identity else default_class(zimbra)
    quota = (cos.one("zimbraMailQuota") if cos else None) or "0"
    limit = int(quota) if quota.isdigit() else 0
    under = _under_the_class(zimbra, bearer, changes, mailboxes) if limit else ()
    _refuse_if_over(limit, under)


def _under_the_class(
    zimbra: Zimbra, bearer: Entry, changes: Changes, mailboxes: Sequence[MailboxUsage]
) -> Sequence[MailboxUsage]:
    if bearer.kind == "account":
        own = changes.get("zimbraMailQuota", bearer.one("zimbraMailQuota"))
        return () if own else mailboxes
    query = "(|(zimbraMailQuota=*)(zimbraCOSId=*))"
    apart = zimbra.search_directory("accounts", query, ("zimbraId",), domain=bearer.name)
    names = {one.id for one in apart}
    end = "@" + bearer.name
    return [one for one in mailboxes if one.id not in names and one.address.endswith(end)]
