"""Measure one domain: its mailboxes, their storage, and the accounts that are Zimbra's own.

Source: `service/admin/GetQuotaUsage.java` and `SearchDirectory.java`; zimbra-attrs.xml
(zimbraIsSystemAccount, zimbraIsSystemResource).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.model import MailboxUsage, ServiceUsage
from puq_zimbra.units import mail_domain
from puq_zimbra.zimbra import answers, quota
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: names of Zimbra's own accounts, for those without the attribute
_SYSTEM_NAME = re.compile(r"(?:galsync|galsync\.[^@]+|(?:spam|ham|virus-quarantine)\.\w{6,})@.+")
SYSTEM_ATTRIBUTES = ("zimbraIsSystemAccount", "zimbraIsSystemResource")


@dataclass(frozen=True)
class Held:
    """What a domain holds."""

    #: the customer's mailboxes
    customers: tuple[MailboxUsage, ...]
    #: Zimbra's own accounts that its zimbraDomainMaxAccounts counts
    system_accounts: int


def is_system(account: Entry) -> bool:
    """Whether an account is Zimbra's own: by attribute first, by name second."""
    if any(account.one(attribute) == "TRUE" for attribute in SYSTEM_ATTRIBUTES):
        return True
    return is_system_name(account.name)


def is_system_name(address: str) -> bool:
    """Whether an address is one that Zimbra makes for itself.

    >>> is_system_name("galsync.x1@firma.example"), is_system_name("spam@firma.example")
    (True, False)
    """
    return _SYSTEM_NAME.fullmatch(address) is not None


def held_by(zimbra: Zimbra, domain: Entry) -> Held:
    """Read a domain's accounts and their storage.

    Raises:
        NoAnswer: directory and usage do not name the same accounts.
    """
    attrs = (*SYSTEM_ATTRIBUTES, "zimbraAccountStatus")
    accounts = {
        one.id: one for one in zimbra.search_directory("accounts", "", attrs, domain=domain.name)
    }
    rows = {row.id: row for row in quota.get_quota_usage(zimbra, domain=domain.name)}
    if set(rows) != set(accounts):
        # An account made or deleted between the two readings, or one that we may not see.
        raise answers.garbled()
    customers = tuple(
        MailboxUsage(
            id=identity,
            address=row.name,
            used=row.used,
            limit=row.limit or None,
            status=accounts[identity].one("zimbraAccountStatus") or "active",
        )
        for identity, row in rows.items()
        if not is_system(accounts[identity])
    )
    counted = [one for one in accounts.values() if one.one("zimbraIsSystemResource") != "TRUE"]
    return Held(customers, len([one for one in counted if is_system(one)]))


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
