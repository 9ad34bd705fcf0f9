"""One service's figures, added up while accounts are read, without keeping any of them.

Whether two listings name the same accounts is told by their number and by the sum of the ids'
hashes: what would differ is an account that was made, moved or deleted in between, or one that we
may not see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from puq_zimbra.units import MOST
from puq_zimbra.zimbra.answers import Entry


class Tally:
    """One service's figures so far."""

    __slots__ = (
        "_cos_in_use",
        "alias_domains",
        "aliases",
        "broken",
        "limits",
        "lists",
        "mark_of_directory",
        "mark_of_storage",
        "named_by_directory",
        "named_by_storage",
        "named_classes",
        "number",
        "resources",
        "rooms",
        "stamp",
        "stamped",
        "system_accounts",
        "unlimited",
        "used",
    )

    def __init__(
        self, number: int, stamp: str, stamped: Entry, cos_in_use: Callable[[str, str], str]
    ) -> None:
        #: names the tally where its stamp would be too long
        self.number = number
        self.stamp = stamp
        #: the domain or account that bears the stamp
        self.stamped = stamped
        #: domain, own class of service's id or "" -> id of the class that Zimbra uses
        self._cos_in_use = cos_in_use
        #: Zimbra gave a figure, or a name, that cannot be kept
        self.broken = False
        #: bytes
        self.used = 0
        #: the mailboxes' limits in bytes together, and how many have none
        self.limits = 0
        self.unlimited = 0
        #: (domain, own class of service's id or "", status) -> mailboxes
        self.named_classes: Counter[tuple[str, str, str]] = Counter()
        #: accounts of Zimbra's own that a domain's zimbraDomainMaxAccounts counts
        self.system_accounts = 0
        self.aliases = 0
        self.lists = 0
        self.alias_domains = 0
        #: active rooms and equipment, in which somebody may log in
        self.resources = 0
        #: ids of all rooms and equipment, whose space the listing of storage leaves out
        self.rooms: list[str] = []
        #: accounts that each listing named, and the sum of their ids' hashes
        self.named_by_directory = self.named_by_storage = 0
        self.mark_of_directory = self.mark_of_storage = 0

    @property
    def classes(self) -> Counter[tuple[str, str]]:
        """The customer's mailboxes by class of service (id, "" = the default) and status."""
        counts: Counter[tuple[str, str]] = Counter()
        for (domain, own, status), count in self.named_classes.items():
            counts[self._cos_in_use(domain, own), status] += count
        return counts

    @property
    def mailboxes(self) -> int:
        """The customer's mailboxes."""
        return sum(self.named_classes.values())

    @property
    def mailbox_limits(self) -> int | None:
        """The mailboxes' limits together; None when one is unlimited or none is there."""
        return None if self.unlimited or not self.mailboxes else min(self.limits, MOST)

    @property
    def agrees(self) -> bool:
        """Whether directory and storage named the same accounts."""
        return (
            self.named_by_directory == self.named_by_storage
            and self.mark_of_directory == self.mark_of_storage
        )
