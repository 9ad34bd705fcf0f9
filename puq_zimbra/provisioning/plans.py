"""The plan against Zimbra: its class of service, and what a smaller plan would not hold.

Source: `service/admin/GetCos.java`; WHMCS "ChangePackage" (it gives only the new plan, so what is
held must be read).
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.call import Plan
from puq_zimbra.errors import CosUnknown, NoSuchCos, Refused
from puq_zimbra.model import MailboxUsage
from puq_zimbra.provisioning import passwords
from puq_zimbra.units import MB, megabytes, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


def class_of_service(zimbra: Zimbra, plan: Plan) -> Entry | None:
    """The plan's class of service with its password rules; None = the server's default.

    Raises:
        CosUnknown: Zimbra has none of that name.
    """
    if plan.cos is None:
        return None
    try:
        return zimbra.get_cos(plan.cos, passwords.ATTRIBUTES)
    except NoSuchCos as error:
        raise CosUnknown(
            "Zimbra has no class of service %(cos)s: create it or change the product's settings.",
            cos=plan.cos,
        ) from error


def default_class(zimbra: Zimbra) -> Entry | None:
    """The class of service that holds where the plan names none, with its password rules."""
    try:
        return zimbra.get_cos("default", passwords.ATTRIBUTES)
    except NoSuchCos:  # renamed: Zimbra itself will check the password
        return None


def refuse_if_too_small(plan: Plan, mailboxes: Sequence[MailboxUsage]) -> None:
    """Refuse a plan below what is held or used, with the numbers and the names.

    ``mailboxes`` are the customer's (no system accounts); a mailbox of unknown size blocks nothing.

    Raises:
        Refused: nothing was changed.
    """
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
    over = [one for one in mailboxes if plan.mailbox_quota and (one.used or 0) > plan.mailbox_quota]
    if plan.mailbox_quota and over:
        raise Refused(
            "The plan allows %(limit)s MB per mailbox, but these hold more: %(mailboxes)s.",
            limit=plan.mailbox_quota // MB,
            mailboxes=", ".join(
                f"{shown_address(m.address)} ({megabytes(m.used or 0)})" for m in over[:5]
            )
            + (f" (+{len(over) - 5})" if len(over) > 5 else ""),
        )
