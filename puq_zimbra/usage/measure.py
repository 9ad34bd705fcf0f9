"""Measure one service: its mailboxes, their storage, and the accounts that are Zimbra's own.

Source: `service/admin/GetQuotaUsage.java` and `SearchDirectory.java`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from puq_zimbra.errors import NoAnswer
from puq_zimbra.model import Counts, MailboxUsage, ServiceUsage
from puq_zimbra.provisioning import ownership, stamped
from puq_zimbra.provisioning.kinds import domain_of, shown_name
from puq_zimbra.usage.tally import TYPES, Tallies, Tally
from puq_zimbra.zimbra import listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.listings import QuotaRow


@dataclass(frozen=True)
class Held:
    """What a service holds."""

    tally: Tally
    #: the customer's mailboxes
    mailboxes: tuple[MailboxUsage, ...]


def held_by(zimbra: Zimbra, stamp: str, entries: Sequence[Entry]) -> Held:
    """Read what a service is: an account, or domains, the bearer of the stamp first.

    Raises:
        NoAnswer: directory and storage do not name the same accounts.
    """
    bearer, alone = entries[0], entries[0].kind == "account"
    aliases = {} if alone else stamped.alias_domains_of(zimbra, entries)
    tallies = Tallies({stamp: bearer}, {stamp: entries[1:]}, aliases)
    accounts: dict[str, tuple[int, str, str, str, str]] = {}
    storage: dict[str, QuotaRow] = {}
    for entry in entries:
        domain, query = entry.name.rpartition("@")[2], f"(zimbraId={entry.id})" if alone else ""
        types = "accounts" if alone else TYPES
        for page in listings.directory(
            zimbra, types, tallies.ATTRIBUTES, query=query, domain=domain
        ):
            accounts.update((row[1], row) for row in tallies.directory(page))
        for part in listings.storage(zimbra, domain=domain):
            tallies.storage(part)
            storage.update((row.id, row) for row in part.account if row.id in accounts)
    tally = next(iter(tallies))
    if not tally.agrees or set(accounts) != set(storage) or (alone and not accounts):
        raise NoAnswer(
            "The mailboxes of %(name)s changed while they were read: try again.",
            name=shown_name(bearer),
        )
    mailboxes = tuple(
        MailboxUsage(
            identity, address, storage[identity].used, storage[identity].quota, status, cos
        )
        for _, identity, address, status, cos in accounts.values()
    )
    return Held(tally, mailboxes)


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
    tally: Tally,
    now: datetime,
    cos_names: Mapping[str, str],
    mailboxes: tuple[MailboxUsage, ...] = (),
) -> ServiceUsage:
    """The figures of a service that was read whole; ``cos_names`` are by id."""
    _, installation, service_id = tally.stamp.split(":")
    bearer = tally.bearer
    classes: dict[str, dict[str, int]] = {}
    for (cos, status), count in tally.classes.items():
        # Zimbra's default class has this very name; one that is not to be seen keeps its id.
        name = cos_names.get(cos, cos) or "default"
        statuses = classes.setdefault(name, {})
        statuses[status] = statuses.get(status, 0) + count
    return ServiceUsage(
        installation=installation,
        service_id=service_id,
        domain=domain_of(bearer),
        domain_id=bearer.id,
        measured_at=now,
        used=tally.used,
        limit=space_of(bearer),
        mailbox_limits=tally.mailbox_limits,
        counts=Counts(classes, tally.aliases, tally.lists, tally.alias_domains),
        mailboxes=mailboxes,
        address=bearer.name if bearer.kind == "account" else "",
    )
