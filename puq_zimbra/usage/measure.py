"""Measure one domain: its mailboxes, their storage, and the accounts that are Zimbra's own.

Source: `service/admin/GetQuotaUsage.java` and `SearchDirectory.java`; zimbra-attrs.xml
(zimbraIsSystemAccount, zimbraIsSystemResource, zimbraIsExternalVirtualAccount).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.errors import NoAnswer
from puq_zimbra.model import MailboxUsage, ServiceUsage
from puq_zimbra.units import mail_domain, shown_domain
from puq_zimbra.zimbra import quota
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.quota import QuotaRow

ACCOUNT_ATTRIBUTES = (
    "zimbraIsSystemAccount",
    "zimbraIsSystemResource",
    "zimbraIsExternalVirtualAccount",
    "zimbraAccountStatus",
)


@dataclass(frozen=True)
class Held:
    """What a domain holds."""

    #: the customer's mailboxes
    customers: tuple[MailboxUsage, ...]
    #: accounts of Zimbra's own that its zimbraDomainMaxAccounts counts
    system_accounts: int


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
    together = held(rows, accounts)
    if together is None:
        raise NoAnswer(
            "The mailboxes of %(domain)s changed while they were read: try again.",
            domain=shown_domain(domain.name),
        )
    return together


def held(rows: Mapping[str, QuotaRow], accounts: Mapping[str, Entry]) -> Held | None:
    """Put a domain's figures and its directory together; None when they do not agree.

    An account made, moved or deleted between the two readings, or one that we may not see, would
    make a sum that looks whole and is not.
    """
    if set(rows) != set(accounts):
        return None
    customers = tuple(
        MailboxUsage(
            id=identity,
            address=row.name,
            used=row.used,
            limit=row.limit if row.limit > 0 else None,
            status=accounts[identity].one("zimbraAccountStatus") or "active",
        )
        for identity, row in rows.items()
        if not _is(accounts[identity], *ACCOUNT_ATTRIBUTES[:3])
    )
    # By attribute alone: a customer may name his mailbox galsync.anna, but not mark it so.
    counted = [one for one in accounts.values() if _is(one, "zimbraIsSystemAccount")]
    return Held(customers, len([c for c in counted if not _is(c, "zimbraIsSystemResource")]))


def _is(account: Entry, *attributes: str) -> bool:
    return any(account.one(attribute) == "TRUE" for attribute in attributes)


def quota_of(domain: Entry) -> int | None:
    """A domain's quota in bytes; None = unlimited."""
    text = domain.one("zimbraDomainAggregateQuota") or "0"
    return int(text) or None if text.isdigit() else None


def service_usage(
    domain: Entry, mailboxes: tuple[MailboxUsage, ...], stamp: str, now: datetime
) -> ServiceUsage:
    """The figures of the service that a domain's stamp names."""
    _, installation, service_id = stamp.split(":")
    return ServiceUsage(
        installation=installation,
        service_id=service_id,
        domain=mail_domain(domain.name),
        domain_id=domain.id,
        measured_at=now,
        used=sum(one.used or 0 for one in mailboxes),
        limit=quota_of(domain),
        mailboxes=mailboxes,
    )
