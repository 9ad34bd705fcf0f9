"""What exists: domains, accounts, resources, lists, classes of service, servers.

One address space serves accounts, aliases, lists and resources. Values are shared between entries,
so lists of values are always replaced and never changed in place.
Source: `LdapProvisioning`, `LdapDIT`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from puq_zimbra.simulator import names
from puq_zimbra.simulator.schema import Values

DEFAULT_COS = "e00428a1-0c00-11d9-836a-000d93afea2a"
DEFAULT_EXTERNAL_COS = "f27456a8-0c00-11d9-280a-286d93afea2g"

ACCOUNT_KINDS = ("account", "resource")
LISTS = ("list", "group")


class Entry:
    """One entry of the directory."""

    __slots__ = ("attrs", "id", "kind", "members", "modified", "name", "password")

    def __init__(self, kind: str, id_: str, name: str, attrs: Values) -> None:
        #: account, resource, list, group (a dynamic list), domain, cos or server.
        self.kind = kind
        self.id = id_
        #: Primary address or name, ASCII.
        self.name = name
        #: Own values, without what a COS or the global configuration adds.
        self.attrs = attrs
        #: An account's password as it was set.
        self.password: str | None = None
        #: A list's members, in order of addition.
        self.members: dict[str, None] | None = None
        #: When it was last written, where that was after its creation (LDAP's modifyTimestamp).
        self.modified: str | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"

    @property
    def domain(self) -> str:
        """Domain part of the name."""
        return self.name.rpartition("@")[2]

    @property
    def aliases(self) -> list[str]:
        """Further addresses; a list's own address counts among them in the directory."""
        return [each for each in self.attrs.get("zimbraMailAlias", ()) if each != self.name]

    def first(self, name: str) -> str | None:
        """First own value."""
        values = self.attrs.get(name)
        return values[0] if values else None

    def put(self, name: str, *values: str) -> None:
        """Replace all values; none removes the attribute."""
        if values:
            self.attrs[name] = list(values)
        else:
            self.attrs.pop(name, None)


@dataclass
class Alias:
    """An alias has an entry of its own beside the value on its target."""

    id: str
    name: str
    target: str
    created: str


class Directory:
    """All entries with their look-ups."""

    def __init__(self) -> None:
        self.by_id: dict[str, Entry] = {}
        self.domains: dict[str, Entry] = {}
        self.coses: dict[str, Entry] = {}
        self.servers: dict[str, Entry] = {}
        #: Lists of both kinds by id.
        self.lists: dict[str, Entry] = {}
        #: Every address in use, primary or alias.
        self.addresses: dict[str, Entry] = {}
        self.aliases: dict[str, Alias] = {}
        #: Accounts, resources and lists by domain name and id.
        self.contents: dict[str, dict[str, Entry]] = {}
        #: Domains whose people branch is gone (a refused DeleteDomain over a lone dynamic list).
        self.headless: set[str] = set()

    def find(self, id_: str | None, *kinds: str) -> Entry | None:
        """Entry by id (case-insensitive), if it is of one of the kinds."""
        entry = self.by_id.get(id_) or self.by_id.get(id_.lower()) if id_ else None
        return entry if entry is not None and entry.kind in kinds else None

    def at(self, address: str, *kinds: str) -> Entry | None:
        """Entry by address, alias, or address in an alias domain."""
        wanted = names.ascii_address(address)
        entry = self.addresses.get(wanted)
        if entry is None:
            local, _, domain = wanted.partition("@")
            target = self.alias_target(self.domains.get(domain))
            entry = self.addresses.get(f"{local}@{target.name}") if target else None
        return entry if entry is not None and entry.kind in kinds else None

    def alias_target(self, domain: Entry | None) -> Entry | None:
        """Domain that an alias domain stands for."""
        if domain is None or domain.first("zimbraDomainType") != "alias":
            return None
        return self.find(domain.first("zimbraDomainAliasTargetId"), "domain")

    def of_domain(self, domain: str, *kinds: str) -> Iterator[Entry]:
        """Entries directly in a domain."""
        held = self.contents.get(domain, {})
        return (entry for entry in held.values() if entry.kind in kinds)

    def all(self, *kinds: str) -> Iterator[Entry]:
        """Entries of all domains."""
        return (entry for entry in self.by_id.values() if entry.kind in kinds)

    def lists_holding(self, addresses: Iterable[str], *kinds: str) -> Iterator[Entry]:
        """Static lists, or those of the kinds, of which any of the addresses is a member."""
        wanted = set(addresses)
        for entry in self.lists.values():
            if entry.kind in (kinds or ("list",)) and not wanted.isdisjoint(entry.members or ()):
                yield entry

    def add(self, entry: Entry) -> None:
        """Enter a new entry under its id and name."""
        self.by_id[entry.id] = entry
        if entry.kind == "domain":
            self.domains[entry.name] = entry
            self.contents.setdefault(entry.name, {})
        elif entry.kind == "cos":
            self.coses[entry.name.lower()] = entry
        elif entry.kind == "server":
            self.servers[entry.name] = entry
        else:
            self.addresses[entry.name] = entry
            self.contents.setdefault(entry.domain, {})[entry.id] = entry
            if entry.kind in LISTS:
                self.lists[entry.id] = entry

    def remove(self, entry: Entry) -> None:
        """Take an entry out, with its addresses and alias entries."""
        self.by_id.pop(entry.id, None)
        self.lists.pop(entry.id, None)
        if entry.kind == "domain":
            self.domains.pop(entry.name, None)
            self.contents.pop(entry.name, None)
            self.headless.discard(entry.name)
        elif entry.kind == "cos":
            self.coses.pop(entry.name.lower(), None)
        else:
            for address in (entry.name, *entry.aliases):
                if self.addresses.get(address) is entry:
                    del self.addresses[address]
            for address in entry.aliases:
                self.aliases.pop(address, None)
            self.contents.get(entry.domain, {}).pop(entry.id, None)

    def add_alias(self, entry: Entry, address: str, created: str) -> None:
        """Give an entry one more address."""
        self.addresses[address] = entry
        self.add_alias_entry(entry, address, created)
        entry.attrs["zimbraMailAlias"] = [*entry.attrs.get("zimbraMailAlias", ()), address]
        entry.attrs["mail"] = [*entry.attrs.get("mail", ()), address]

    def add_alias_entry(self, entry: Entry, address: str, created: str) -> None:
        """Enter the alias' own entry only."""
        self.aliases[address] = Alias(new_id(), address, entry.id, created)

    def drop_alias(self, entry: Entry, address: str) -> None:
        """Take an address from an entry, its values included."""
        if self.addresses.get(address) is entry and address != entry.name:
            del self.addresses[address]
            self.aliases.pop(address, None)
        for name in ("zimbraMailAlias", "mail"):
            kept = [each for each in entry.attrs.get(name, ()) if each.lower() != address]
            entry.put(name, *kept)

    def move(self, entry: Entry, address: str) -> None:
        """Rename an account or list, keeping its aliases where they are."""
        del self.addresses[entry.name]
        self.contents[entry.domain].pop(entry.id)
        entry.name = address
        self.addresses[address] = entry
        self.contents.setdefault(entry.domain, {})[entry.id] = entry


def new_id() -> str:
    """A fresh zimbraId."""
    return str(uuid.uuid4())
