"""Measure one service: its mailboxes, their storage, and the accounts that are Zimbra's own.

Source: `service/admin/GetQuotaUsage.java` and `SearchDirectory.java`; zimbra-attrs.xml
(zimbraIsSystemAccount, zimbraIsSystemResource, zimbraIsExternalVirtualAccount).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.errors import NoAnswer
from puq_zimbra.model import MailboxUsage, ServiceUsage
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.kinds import domain_of, shown_name
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
    """What a service holds."""

    #: the customer's mailboxes
    customers: tuple[MailboxUsage, ...]
    #: accounts of Zimbra's own that a domain's zimbraDomainMaxAccounts counts
    system_accounts: int


def held_by(zimbra: Zimbra, entries: Sequence[Entry]) -> Held:
    """Read the accounts and the storage of what a service is: domains, or an account.

    Raises:
        NoAnswer: directory and usage do not name the same accounts.
    """
    accounts: dict[str, Entry] = {}
    rows: dict[str, QuotaRow] = {}
    for entry in entries:
        domain, wanted = entry.name.rpartition("@")[2], ""
        read = quota.get_quota_usage(zimbra, domain=domain)
        if entry.kind == "account":
            wanted = f"(zimbraId={entry.id})"
            read = (row for row in read if row.id == entry.id)
        found = zimbra.search_directory("accounts", wanted, ACCOUNT_ATTRIBUTES, domain=domain)
        accounts.update((one.id, one) for one in found)
        rows.update((row.id, row) for row in read)
    together = held(rows, accounts)
    if together is None:
        raise NoAnswer(
            "The mailboxes of %(name)s changed while they were read: try again.",
            name=shown_name(entries[0]),
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


def space_of(bearer: Entry) -> int | None:
    """The space in bytes that Zimbra has noted for a service; None = unlimited.

    A domain's quota, what is contracted for a private server, an account's own quota.
    """
    contracted = ownership.contracted(bearer)
    if contracted is not None:
        return contracted or None
    attribute = "zimbraMailQuota" if bearer.kind == "account" else "zimbraDomainAggregateQuota"
    text = bearer.one(attribute) or "0"
    return int(text) or None if text.isdigit() else None


def service_usage(
    bearer: Entry, mailboxes: tuple[MailboxUsage, ...], stamp: str, now: datetime
) -> ServiceUsage:
    """The figures of the service whose stamp an object bears."""
    _, installation, service_id = stamp.split(":")
    return ServiceUsage(
        installation=installation,
        service_id=service_id,
        domain=domain_of(bearer),
        domain_id=bearer.id,
        measured_at=now,
        used=sum(one.used or 0 for one in mailboxes),
        limit=space_of(bearer),
        mailboxes=mailboxes,
    )
