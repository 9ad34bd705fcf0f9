"""Measure one service: its mailboxes, their storage, and the accounts that are Zimbra's own.

Source: `service/admin/GetQuotaUsage.java` and `SearchDirectory.java`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from puq_zimbra.errors import NoAnswer
from puq_zimbra.provisioning import ownership, quotas, stamp_search
from puq_zimbra.provisioning.entries import KINDS, domain_of, shown_name, sold_address
from puq_zimbra.readings import Counts, MailboxUsage, ServiceUsage
from puq_zimbra.units import MOST
from puq_zimbra.usage import parts, rooms
from puq_zimbra.usage.classes import Classes
from puq_zimbra.usage.tallies import SYSTEM, TYPES, Tallies
from puq_zimbra.usage.tally import Tally
from puq_zimbra.zimbra import filters, listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.listings import QuotaRow


@dataclass(frozen=True)
class Held:
    """What a service holds."""

    tally: Tally
    #: the customer's mailboxes
    mailboxes: tuple[MailboxUsage, ...]


def held_by(
    zimbra: Zimbra, stamp: str, entries: Sequence[Entry], classes: Classes | None = None
) -> Held:
    """Read what a service is: an account, or domains, the bearer of the stamp first.

    Without ``classes`` mailboxes are counted by the classes of service that they name.

    Raises:
        NoAnswer: directory and storage do not name the same accounts, or a figure is no size.
    """
    stamped, reading = entries[0], _READINGS[entries[0].kind]
    aliases = reading.alias_domains(zimbra, stamp, entries)
    default_cos = reading.default_cos(zimbra, entries) if classes else {}
    tallies = Tallies({stamp: stamped}, {stamp: entries[1:]}, aliases, default_cos, classes)
    accounts: dict[str, tuple[int, str, str, str, str]] = {}
    storage: dict[str, QuotaRow] = {}
    lost = parts.Lost()
    for entry in entries:
        domain = entry.name.rpartition("@")[2]
        query = reading.query(entry)
        for page in listings.directory(
            zimbra, reading.types, tallies.ATTRIBUTES, query=query, domain=domain
        ):
            accounts.update((row[1], row) for row in tallies.directory(page))
        for part in parts.of_domain(zimbra, lost, domain):
            tallies.storage(part)
            storage.update((row.id, row) for row in part.account if row.id in accounts)
    rooms.add_space(zimbra, tallies)
    tally = next(iter(tallies))
    if tally.broken:
        raise NoAnswer(
            "Zimbra gives figures of %(name)s that cannot be used: look at its mailboxes there.",
            name=shown_name(stamped),
        )
    if not tally.agrees or set(accounts) != set(storage) or len(accounts) < reading.least:
        raise parts.not_whole(shown_name(stamped), lost)
    mailboxes = tuple(
        MailboxUsage(
            identity, address, storage[identity].used, storage[identity].quota, status, cos
        )
        for _, identity, address, status, cos in accounts.values()
    )
    return Held(tally, mailboxes)


def space_of(domain: Entry) -> int | None:
    """The space in bytes that Zimbra has noted for a service of domains; None = unlimited.

    A domain's quota, or what is contracted for a private server.
    """
    contracted = ownership.contracted(domain)
    if contracted is not None:
        return min(contracted, MOST) or None
    return quotas.limit(quotas.amount(domain, "zimbraDomainAggregateQuota"))


def count_mailboxes(zimbra: Zimbra, stamped: Entry) -> int:
    """How many mailboxes a service of domains holds now; of a private server, all of Zimbra's."""
    whole = ownership.contracted(stamped) is not None
    unmarked = "".join(f"(!({one}=TRUE))" for one in sorted(SYSTEM))
    return zimbra.count_directory("accounts", f"(&{unmarked})", None if whole else stamped.name)


def with_space_of_now(zimbra: Zimbra, stamped: Entry, one: ServiceUsage) -> ServiceUsage:
    """An earlier reading with the space that Zimbra grants now.

    That of a mailbox without a quota of its own is its class's, as it was read.
    """
    return _READINGS[stamped.kind].with_space(zimbra, stamped, one)


def _with_domain_space(_: Zimbra, domain: Entry, one: ServiceUsage) -> ServiceUsage:
    return replace(one, limit=space_of(domain))


def _with_mailbox_space(zimbra: Zimbra, stamped: Entry, one: ServiceUsage) -> ServiceUsage:
    if not stamped.one(quotas.QUOTA):
        return one
    cap = quotas.cap_of(zimbra, domain_of(stamped))
    limit = quotas.limit(quotas.in_force(quotas.amount(stamped, quotas.QUOTA), cap))
    return replace(one, limit=limit, mailbox_limits=limit)


def service_usage(
    tally: Tally,
    now: datetime,
    cos_names: Mapping[str, str],
    mailboxes: tuple[MailboxUsage, ...] = (),
) -> ServiceUsage:
    """The figures of a service that was read whole; ``cos_names`` are by id."""
    _, installation, service_id = tally.stamp.split(":")
    stamped = tally.stamped
    classes: dict[str, dict[str, int]] = {}
    for (cos, status), count in tally.classes.items():
        statuses = classes.setdefault(cos, {})
        statuses[status] = statuses.get(status, 0) + count
    names = {cos: cos_names[cos] for cos in classes if cos in cos_names}
    return ServiceUsage(
        installation=installation,
        service_id=service_id,
        domain=domain_of(stamped),
        domain_id=stamped.id,
        measured_at=now,
        used=min(tally.used, MOST),
        limit=_READINGS[stamped.kind].space(tally),
        mailbox_limits=tally.mailbox_limits,
        counts=Counts(
            classes, tally.aliases, tally.lists, tally.alias_domains, tally.resources, names
        ),
        mailboxes=mailboxes,
        address=sold_address(stamped),
    )


def _domain_classes(_: Zimbra, domains: Sequence[Entry]) -> dict[str, str]:
    """The classes of service (ids) that domains name."""
    return {one.name: one.one(KINDS["domain"].cos) or "" for one in domains}


def _mailbox_class(zimbra: Zimbra, entries: Sequence[Entry]) -> dict[str, str]:
    """The class of service that a mailbox's domain names, unless it names one itself."""
    (stamped,) = entries
    if stamped.one(KINDS["account"].cos):
        return {}
    attributes = (KINDS["domain"].cos,)
    return _domain_classes(zimbra, [zimbra.get_domain(domain_of(stamped), "name", attributes)])


@dataclass(frozen=True)
class _Reading:
    """How a service of domains, or a mailbox sold by itself, is read."""

    #: what is listed of the directory
    types: str
    #: which of it
    query: Callable[[Entry], str]
    #: how many accounts there are at least
    least: int
    #: how many alias domains point to a domain (id)
    alias_domains: Callable[[Zimbra, str, Sequence[Entry]], dict[str, int]]
    #: the class of service (id) of accounts in a domain (name) that have none of their own
    default_cos: Callable[[Zimbra, Sequence[Entry]], dict[str, str]]
    #: the space in bytes of what was read; None = unlimited
    space: Callable[[Tally], int | None]
    #: an earlier reading with the space of now
    with_space: Callable[[Zimbra, Entry, ServiceUsage], ServiceUsage]


_READINGS = {
    "domain": _Reading(
        TYPES,
        lambda _: "",
        0,
        stamp_search.count_alias_domains,
        _domain_classes,
        lambda tally: space_of(tally.stamped),
        _with_domain_space,
    ),
    "account": _Reading(
        "accounts",
        lambda entry: filters.equal("zimbraId", entry.id),
        1,
        lambda *_: {},
        _mailbox_class,
        lambda tally: tally.mailbox_limits,
        _with_mailbox_space,
    ),
}
