"""Add up accounts by service while they are read, without keeping any of them.

Whether two listings name the same accounts is told by their number and by the sum of the ids'
hashes: what would differ is an account that was made, moved or deleted in between, or one that we
may not see.

Source: zimbra-attrs.xml (zimbraIsSystemAccount, zimbraIsSystemResource,
zimbraIsExternalVirtualAccount).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from puq_zimbra.call import STAMP_PREFIX
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.units import mail_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.listings import Directory, EntryRow, Storage

#: what is listed of the directory, in Zimbra's words
TYPES = "accounts,aliases,distributionlists,dynamicgroups"
_SYSTEM = {"zimbraIsSystemAccount", "zimbraIsSystemResource", "zimbraIsExternalVirtualAccount"}
_COUNTED = "zimbraIsSystemAccount"
_STAMP = KINDS["account"].words


class Tally:
    """One service's figures so far."""

    __slots__ = (
        "alias_domains",
        "aliases",
        "bearer",
        "classes",
        "limits",
        "lists",
        "mark_of_directory",
        "mark_of_storage",
        "named_by_directory",
        "named_by_storage",
        "number",
        "stamp",
        "system_accounts",
        "unlimited",
        "used",
    )

    def __init__(self, number: int, stamp: str, bearer: Entry) -> None:
        #: names the tally where its stamp would be too long
        self.number = number
        self.stamp = stamp
        #: the domain or account that bears the stamp
        self.bearer = bearer
        #: bytes
        self.used = 0
        #: the mailboxes' limits in bytes together, and how many have none
        self.limits = 0
        self.unlimited = 0
        #: (class of service's id, status) -> mailboxes; "" = Zimbra's default class
        self.classes: Counter[tuple[str, str]] = Counter()
        #: accounts of Zimbra's own that a domain's zimbraDomainMaxAccounts counts
        self.system_accounts = 0
        self.aliases = 0
        self.lists = 0
        self.alias_domains = 0
        #: accounts that each listing named, and the sum of their ids' hashes
        self.named_by_directory = self.named_by_storage = 0
        self.mark_of_directory = self.mark_of_storage = 0

    @property
    def mailboxes(self) -> int:
        """The customer's mailboxes."""
        return sum(self.classes.values())

    @property
    def mailbox_limits(self) -> int | None:
        """The mailboxes' limits together; None when one is unlimited or none is there."""
        return None if self.unlimited or not self.mailboxes else self.limits

    @property
    def agrees(self) -> bool:
        """Whether directory and storage named the same accounts."""
        return (
            self.named_by_directory == self.named_by_storage
            and self.mark_of_directory == self.mark_of_storage
        )


class Tallies:
    """The tallies of all services of a Zimbra."""

    #: what must be asked for of each account
    ATTRIBUTES = (*sorted(_SYSTEM), "zimbraAccountStatus", "zimbraCOSId", _STAMP)

    def __init__(
        self,
        services: Mapping[str, Entry],
        beside: Mapping[str, Sequence[Entry]],
        alias_domains: Mapping[str, int],
    ) -> None:
        """Begin with the services that are known: stamp -> domain or account.

        ``beside`` are further domains of private servers (stamp -> domains), ``alias_domains`` how
        many point to a domain (its id -> number).
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
        #: stamps on several accounts, or an account with several
        self.unclear: set[str] = set()
        #: A-label -> id of the class of service of its accounts that have none of their own
        self._default_cos: dict[str, str] = {}
        for stamp, bearer in services.items():
            tally = self._add(stamp, bearer)
            if bearer.kind == "account":
                self._alone[bearer.id] = tally
                continue
            for domain in (bearer, *beside.get(stamp, ())):
                name = _ascii(domain.name)
                self._names[name] = tally
                self._default_cos[name] = domain.one("zimbraDomainDefaultCOSId") or ""
                tally.alias_domains += alias_domains.get(domain.id, 0)

    def __iter__(self) -> Iterator[Tally]:
        return iter(self._all.values())

    def directory(self, page: Directory) -> list[tuple[int, str, str, str, str]]:
        """Add a page of the directory; return the customers' mailboxes in it (see `Sink`)."""
        for alias in page.alias:
            if tally := self._of_domain(alias.name):
                tally.aliases += 1
        for one in page.dl:
            if tally := self._of_domain(one.name):
                tally.lists += 1
        rows, alone = [], self._alone
        for account in page.account:
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
                elif name in _SYSTEM and attribute.value == "TRUE":
                    system.append(name)
            if stamps or account.id in alone:
                tally = self._owner(account, stamps)
            else:
                tally = self._of_domain(account.name)
            if tally is None:
                continue
            tally.named_by_directory += 1
            tally.mark_of_directory += hash(account.id)
            if system:
                self._system.add(account.id)
                counted = _COUNTED in system and "zimbraIsSystemResource" not in system
                tally.system_accounts += counted
                continue
            tally.classes[cos or self._cos_of_domain(account.name), status] += 1
            rows.append((tally.number, account.id, account.name, status, cos))
        return rows

    def storage(self, page: Storage) -> None:
        """Add a page of storage."""
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
            tally.used += account.used
            limit = account.limit
            if limit > 0:
                tally.limits += limit
            else:
                tally.unlimited += 1

    def _add(self, stamp: str, bearer: Entry) -> Tally:
        tally = self._all[stamp] = Tally(len(self._all), stamp, bearer)
        return tally

    def _of_domain(self, address: str) -> Tally | None:
        domain = address.rpartition("@")[2]
        try:
            return self._domains[domain]
        except KeyError:
            tally = self._domains[domain] = self._names.get(_ascii(domain))
            return tally

    def _cos_of_domain(self, address: str) -> str:
        domain = address.rpartition("@")[2]
        found = self._default_cos.get(domain)
        return self._default_cos.get(_ascii(domain), "") if found is None else found

    def _owner(self, account: EntryRow, values: tuple[str, ...]) -> Tally | None:
        """Whose an account is: a stamp counts only where its domain bears none."""
        if account.id in self._alone:
            return self._alone[account.id]
        tally = self._of_domain(account.name)
        stamps = [one for one in values if one.startswith(STAMP_PREFIX)]
        if not stamps or (tally is not None and not self._is_beside(tally, account)):
            return tally
        known = [one for one in stamps if one in self._all]
        if known or len(stamps) > 1 or stamps[0].count(":") != 2:
            self.unclear.update(stamps)
            return None
        attrs = {_STAMP: values}
        tally = self._add(stamps[0], Entry("account", account.id, account.name, attrs))
        self._alone[account.id] = tally
        return tally

    @staticmethod
    def _is_beside(tally: Tally, account: EntryRow) -> bool:
        """Whether an account lies in a private server's further domain, which bears no stamp."""
        return _ascii(account.name.rpartition("@")[2]) != _ascii(tally.bearer.name)


def _ascii(domain: str) -> str:
    """The A-label of a domain as Zimbra wrote it, in one form or the other."""
    if domain.isascii():  # it is one already; to check it would take longer than all the rest
        return domain.lower()
    try:
        return mail_domain(domain)
    except ValueError:
        return domain
