"""Add up the accounts of all services of a Zimbra while they are read, a page at a time.

Source: zimbra-attrs.xml (zimbraIsSystemAccount, zimbraIsSystemResource,
zimbraIsExternalVirtualAccount).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from puq_zimbra.provisioning.bin_marks import STATUS, marks
from puq_zimbra.provisioning.entries import KINDS, sold_address
from puq_zimbra.readings import IN_BIN
from puq_zimbra.request import STAMP_PREFIX
from puq_zimbra.units import mail_domain
from puq_zimbra.usage.classes import Classes
from puq_zimbra.usage.lookalikes import BEGINNINGS
from puq_zimbra.usage.tally import Tally
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.listings import Attribute, Directory, EntryRow, Storage

#: what is listed of the directory, in Zimbra's words
TYPES = "accounts,aliases,distributionlists,dynamicgroups,resources"
#: marks of accounts that are Zimbra's own, or a guest's: they are no mailboxes of the customer's
SYSTEM = {"zimbraIsSystemAccount", "zimbraIsSystemResource", "zimbraIsExternalVirtualAccount"}
_COUNTED = "zimbraIsSystemAccount"
#: letters that the store's columns hold
_LONGEST_ID, _LONGEST_ADDRESS = 64, 320
_ACTIVE = Attribute("zimbraAccountStatus", "active")
#: a quick look before `BEGINNINGS`
_HEADS = {one[:4] for one in BEGINNINGS}
_STAMP = KINDS["account"].words
#: in a stamp
_COLONS = 2


class Tallies:
    """The tallies of all services of a Zimbra."""

    #: what must be asked for of each account
    ATTRIBUTES = (*sorted(SYSTEM), "zimbraAccountStatus", "zimbraCOSId", _STAMP)

    def __init__(
        self,
        services: Mapping[str, Entry],
        beside: Mapping[str, Sequence[Entry]],
        alias_domains: Mapping[str, int],
        default_cos: Mapping[str, str] = MappingProxyType({}),
        classes: Classes | None = None,
    ) -> None:
        """Begin with the services that are known: stamp -> domain or account.

        ``beside`` are further domains of private servers (stamp -> domains), ``alias_domains`` how
        many point to a domain (its id -> number), ``default_cos`` the class of service (id) of
        domains (names) that have one; without ``classes`` ids are counted as they stand.
        """
        self._all: dict[str, Tally] = {}
        #: domain as Zimbra writes it -> its tally
        self._domains: dict[str, Tally | None] = {}
        #: A-label -> its tally
        self._names: dict[str, Tally] = {}
        #: accounts sold by themselves, by id
        self._alone: dict[str, Tally] = {}
        #: ids of Zimbra's own accounts in our domains
        self._system: set[str] = set()
        #: whether an entry cannot be read that may be a mailbox sold by itself
        self.passed_over = False
        #: stamps on several accounts, or an account with several
        self.unclear: set[str] = set()
        #: mailboxes that are called like accounts of Zimbra's own
        self.lookalikes: list[str] = []
        self._classes = classes
        #: A-label -> id of the class of service of its accounts that have none of their own
        self._default_cos = {_ascii(name): cos for name, cos in default_cos.items()}
        #: ids of mailboxes that have a mark of their customer's bin
        self._marked: set[str] = set()
        for stamp, stamped in services.items():
            tally = self._add(stamp, stamped)
            if sold_address(stamped):
                self._alone[stamped.id] = tally
                continue
            for domain in (stamped, *beside.get(stamp, ())):
                name = _ascii(domain.name)
                self._names[name] = tally
                self._marked.update(marks(domain))
                tally.alias_domains += alias_domains.get(domain.id, 0)

    def __iter__(self) -> Iterator[Tally]:
        return iter(self._all.values())

    def directory(self, page: Directory) -> list[tuple[int, str, str, str, str]]:
        """Add a page of the directory; return the customers' mailboxes in it (see `Sink`)."""
        self._miss(page.unreadable)
        self._count_others(page)
        rows, alone = [], self._alone
        domains = self._domains
        for account in page.account:
            identity, address = account.id, account.name
            status, cos, stamps, system = _read(account)
            domain = address.rpartition("@")[2]
            if stamps or identity in alone:
                tally = self._owner(account, stamps)
            elif domain in domains:
                tally = domains[domain]
            else:
                tally = self._of_domain(address)
            if tally is None:
                continue
            tally.named_by_directory += 1
            tally.mark_of_directory += hash(identity)
            if system:
                self._system.add(identity)
                counted = _COUNTED in system and "zimbraIsSystemResource" not in system
                tally.system_accounts += counted
                continue
            counted_as = IN_BIN if status == STATUS and identity in self._marked else status
            tally.named_classes[domain, cos, counted_as] += 1
            if len(identity) > _LONGEST_ID or len(address) > _LONGEST_ADDRESS:
                tally.broken = True
                continue
            rows.append((tally.number, identity, address, status, cos))
            if address[:4] in _HEADS and address.startswith(BEGINNINGS):
                self.lookalikes.append(address)
        return rows

    def _count_others(self, page: Directory) -> None:
        """Add what is no account."""
        for alias in page.alias:
            if tally := self._of_domain(alias.name):
                tally.aliases += 1
        for one in page.dl:
            if tally := self._of_domain(one.name):
                tally.lists += 1
        for room in page.calresource:
            if tally := self._of_domain(room.name):
                tally.resources += _ACTIVE in room.a
                tally.rooms.append(room.id)

    def storage(self, page: Storage) -> None:
        """Add a page of storage."""
        self._miss(page.unreadable)
        domains, alone, system = self._domains, self._alone, self._system
        for account in page.account:
            identity = account.id
            try:
                if identity in alone:
                    tally: Tally | None = alone[identity]
                else:
                    tally = domains[account.name.rpartition("@")[2]]
            except KeyError:
                tally = self._of_domain(account.name)
            if tally is None:
                continue
            tally.named_by_storage += 1
            tally.mark_of_storage += hash(identity)
            if identity in system:
                continue
            used, limit = account.used, account.limit
            if used < 0:
                tally.broken = True
                continue
            tally.used += used
            if limit > 0:
                tally.limits += limit
            elif not limit:
                tally.unlimited += 1

    def _miss(self, names: Sequence[str]) -> None:
        """Leave out the services whose entries cannot be read."""
        for name in names:
            if tally := self._of_domain(name):
                tally.broken = True
            else:
                self.passed_over = True

    def _add(self, stamp: str, stamped: Entry) -> Tally:
        tally = self._all[stamp] = Tally(len(self._all), stamp, stamped, self._cos_in_use)
        return tally

    def _of_domain(self, address: str) -> Tally | None:
        domain = address.rpartition("@")[2]
        try:
            return self._domains[domain]
        except KeyError:
            tally = self._domains[domain] = self._names.get(_ascii(domain))
            return tally

    def _cos_in_use(self, domain: str, own: str) -> str:
        """The id of the class that Zimbra uses: the account's own, its domain's, the default."""
        classes = self._classes
        candidates = own, self._default_cos.get(_ascii(domain), "")
        there = (one for one in candidates if one and (not classes or classes.exists(one)))
        return next(there, classes.default if classes else "")

    def _owner(self, account: EntryRow, values: tuple[str, ...]) -> Tally | None:
        """Whose an account is: a stamp counts only where its domain bears none."""
        if account.id in self._alone:
            return self._alone[account.id]
        tally = self._of_domain(account.name)
        stamps = [one for one in values if one.startswith(STAMP_PREFIX)]
        if not stamps or (tally is not None and not self._is_beside(tally, account)):
            return tally
        known = [one for one in stamps if one in self._all]
        if known or len(stamps) > 1 or stamps[0].count(":") != _COLONS:
            self.unclear.update(stamps)
            return None
        attrs = {_STAMP: values}
        tally = self._add(stamps[0], Entry("account", account.id, account.name, attrs))
        self._alone[account.id] = tally
        return tally

    @staticmethod
    def _is_beside(tally: Tally, account: EntryRow) -> bool:
        """Whether an account lies in a private server's further domain, which bears no stamp."""
        return _ascii(account.name.rpartition("@")[2]) != _ascii(tally.stamped.name)


def _ascii(domain: str) -> str:
    """The A-label of a domain as Zimbra wrote it, in one form or the other."""
    if domain.isascii():  # it is one already; to check it would take longer than all the rest
        return domain.lower()
    try:
        return mail_domain(domain)
    except ValueError:
        return domain


def _read(account: EntryRow) -> tuple[str, str, tuple[str, ...], list[str]]:
    """Read an account's status, class of service (id), stamps, and marks of a system account."""
    status, cos = "active", ""
    system: list[str] = []
    stamps: tuple[str, ...] = ()
    for attribute in account.a:
        name = attribute.n
        if name == "zimbraAccountStatus":
            status = attribute.value
        elif name == "zimbraCOSId":
            cos = attribute.value
        elif name == _STAMP:
            stamps = (*stamps, attribute.value)
        elif name in SYSTEM and attribute.value == "TRUE":
            system.append(name)
    return status, cos, stamps, system
