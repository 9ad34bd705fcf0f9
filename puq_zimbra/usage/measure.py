"""Measure one domain: its mailboxes, their storage, and the accounts that are Zimbra's own.

Source: `service/admin/GetQuotaUsage.java` and `SearchDirectory.java`; zimbra-attrs.xml
(zimbraIsSystemAccount, zimbraIsSystemResource).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.errors import NoAnswer
from puq_zimbra.model import MailboxUsage, ServiceUsage
from puq_zimbra.units import mail_domain, shown_domain
from puq_zimbra.zimbra import quota
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.quota import QuotaRow

#: names of Zimbra's own accounts, for those without the attribute
_SYSTEM_NAME = re.compile(r"(?:galsync|galsync\.[^@]+|(?:spam|ham|virus-quarantine)\.\w{6,})@.+")
_SYSTEM_ATTRIBUTES = ("zimbraIsSystemAccount", "zimbraIsSystemResource")
ACCOUNT_ATTRIBUTES = (*_SYSTEM_ATTRIBUTES, "zimbraAccountStatus")


@dataclass(frozen=True)
class Held:
    """What a domain holds."""

    #: the customer's mailboxes
    customers: tuple[MailboxUsage, ...]
    #: Zimbra's own accounts that its zimbraDomainMaxAccounts counts
    system_accounts: int


def is_system(address: str, account: Entry | None) -> bool:
    """Whether an account is Zimbra's own: by attribute first, by name second.

    ``account`` is None where the directory found nothing unusual about it.

    >>> is_system("galsync.x1@firma.example", None), is_system("spam@firma.example", None)
    (True, False)
    """
    if account and any(account.one(attribute) == "TRUE" for attribute in _SYSTEM_ATTRIBUTES):
        return True
    return _SYSTEM_NAME.fullmatch(address) is not None


def mailbox(row: QuotaRow, account: Entry | None) -> MailboxUsage:
    """A mailbox's figures; ``account`` is None where the directory found nothing unusual."""
    status = account.one("zimbraAccountStatus") if account else None
    return MailboxUsage(row.id, row.name, row.used, row.limit or None, status or "active")


def changed(domain: Entry) -> NoAnswer:
    """The error for two readings of a domain that do not name the same mailboxes."""
    return NoAnswer(
        "The mailboxes of %(domain)s changed while they were read: try again.",
        domain=shown_domain(domain.name),
    )


def held_by(zimbra: Zimbra, domain: Entry) -> Held:
    """Read a domain's accounts and their storage.

    Raises:
        NoAnswer: directory and usage do not name the same accounts.
    """
    accounts = {
        one.id: one
        for one in zimbra.search_directory("accounts", "", ACCOUNT_ATTRIBUTES, domain=domain.name)
    }
    rows = {row.id: row for row in quota.get_quota_usage(zimbra, domain=domain.name)}
    if set(rows) != set(accounts):
        raise changed(domain)
    customers = tuple(
        mailbox(row, accounts[identity])
        for identity, row in rows.items()
        if not is_system(row.name, accounts[identity])
    )
    counted = [one for one in accounts.values() if one.one("zimbraIsSystemResource") != "TRUE"]
    return Held(customers, len([one for one in counted if is_system(one.name, one)]))


def service_usage(
    domain: Entry, mailboxes: tuple[MailboxUsage, ...], stamp: str, now: datetime
) -> ServiceUsage:
    """The figures of the service that a domain's stamp names."""
    _, installation, service_id = stamp.split(":")
    quota_text = domain.one("zimbraDomainAggregateQuota") or "0"
    return ServiceUsage(
        installation=installation,
        service_id=service_id,
        domain=mail_domain(domain.name),
        measured_at=now,
        used=sum(one.used or 0 for one in mailboxes),
        limit=int(quota_text) or None,
        mailboxes=mailboxes,
    )
