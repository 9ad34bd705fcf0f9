"""What Zimbra holds in the domains of an import: by one listing, whatever the number of rows.

Source: `service/admin/SearchDirectory.java`; an address is held by a mailbox, an alias, a list or a
resource, and Zimbra refuses a second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from puq_zimbra.provisioning.entries import KINDS, domain_named
from puq_zimbra.selfservice import scope
from puq_zimbra.zimbra import filters, listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.listings import EntryRow

_TYPES = "accounts,distributionlists,dynamicgroups,resources"
_WORDS = KINDS["account"].words
ATTRIBUTES = (
    "displayName",
    "mail",
    "zimbraMailAlias",
    "zimbraMailQuota",
    "zimbraCOSId",
    "zimbraAccountStatus",
    "zimbraAccountCalendarUserType",
    "zimbraPasswordMustChange",
    "zimbraIsDelegatedAdminAccount",
    "zimbraLastLogonTimestamp",
    _WORDS,
    *scope.SYSTEM,
)


@dataclass(frozen=True)
class Holder:
    """Who holds an address."""

    #: the object's own address
    name: str
    #: None = a list or a resource
    account: Entry | None


@dataclass
class Held:
    """Who holds which address."""

    by_address: dict[str, Holder] = field(default_factory=dict)
    #: those that are the customer's mailboxes
    mailboxes: list[Entry] = field(default_factory=list)

    @property
    def aliases(self) -> int:
        """How many aliases the mailboxes have."""
        return sum(len(one.all("zimbraMailAlias")) for one in self.mailboxes)

    def add(self, kind: str, entry: Entry) -> None:
        """Note who holds an object's addresses."""
        account = entry if kind == "account" else None
        # Zimbra shows names with their domain as people read it.
        holder = Holder(read(entry.name), account)
        for address in (*entry.all("mail"), *entry.all("zimbraMailAlias"), entry.name):
            self.by_address[read(address)] = holder
        if account is not None and not scope.is_system(account):
            self.mailboxes.append(account)


def read(address: str) -> str:
    """An address as Zimbra shows it, with its domain as an A-label."""
    return f"{address.rpartition('@')[0]}@{domain_named(address)}".lower()


def aliases_of(account: Entry) -> set[str]:
    """The aliases of a mailbox."""
    return {read(one) for one in account.all("zimbraMailAlias")}


def in_domains(zimbra: Zimbra, domains: Iterable[str]) -> Held:
    """All that the domains hold."""
    held = Held()
    for domain in domains:
        for page in listings.directory(zimbra, _TYPES, ATTRIBUTES, domain=domain):
            for kind in ("account", "dl", "calresource"):
                for row in getattr(page, kind):
                    held.add(kind, _entry(kind, row))
    return held


def of_addresses(zimbra: Zimbra, addresses: Iterable[str], domain: str | None) -> Held:
    """What holds some addresses; ``domain`` is the one that they are all in, if it is one."""
    either = "".join(filters.equal("mail", one) for one in dict.fromkeys(addresses))
    held = Held()
    for entry in zimbra.search_directory(_TYPES, f"(|{either})", ATTRIBUTES, domain):
        held.add(entry.kind, entry)
    return held


def _entry(kind: str, row: EntryRow) -> Entry:
    attrs: dict[str, list[str]] = {}
    for one in row.a:
        if not one.pd:
            attrs.setdefault(one.n, []).append(one.value)
    values: Mapping[str, tuple[str, ...]] = {key: tuple(value) for key, value in attrs.items()}
    return Entry(kind, row.id, row.name, values)
