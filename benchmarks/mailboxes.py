"""The accounts that the benchmarks read: made up from their number, the same on every run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

#: domain -> accounts, bytes used, bytes that the accounts are limited to
Sums: TypeAlias = dict[str, tuple[int, int, int]]

INSTALLATION = "bench.example"
COS = {
    "basic": "5a1f0e9c-7d1b-4c53-9a60-0f2b7d3c1e01",
    "business": "5a1f0e9c-7d1b-4c53-9a60-0f2b7d3c1e02",
    "archive": "5a1f0e9c-7d1b-4c53-9a60-0f2b7d3c1e03",
}
_COS_IDS = ("", *COS.values())
_LIMITS = (5 << 30, 5 << 30, 10 << 30, 0)


class Account(NamedTuple):
    """One account."""

    name: str
    id: str
    #: bytes
    used: int
    #: bytes; 0 = unlimited
    limit: int
    #: attribute -> value, as far as they are set
    attributes: dict[str, str]


@dataclass(frozen=True)
class Mailboxes:
    """A Zimbra's accounts, spread evenly over its domains; one of each domain is Zimbra's own."""

    count: int
    domains: int
    #: tells servers of one run apart
    server: int = 0

    def domain(self, number: int) -> str:
        """A domain's name."""
        return f"domain-{number:05}.server-{self.server:02}.example"

    def stamp(self, number: int) -> str:
        """The mark of the service that a domain is."""
        return f"puq_zimbra:{INSTALLATION}:{self.server}-{number}"

    def identity(self, kind: str, number: int) -> str:
        """An id as Zimbra makes them; compressed it is as long as a random one."""
        digest = self._digest(kind, number)
        return "-".join(
            (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]),
        )

    def account(self, number: int) -> Account:
        """An account; they follow each other as sorted by name, and from domain to domain."""
        digest = self._digest("account", number)
        attributes = {"zimbraAccountStatus": "locked" if digest[8:10] == "00" else "active"}
        if cos := _COS_IDS[int(digest[10], 16) % 4]:
            attributes["zimbraCOSId"] = cos
        if number < self.domains:
            attributes["zimbraIsSystemResource"] = "TRUE"
        return Account(
            f"{'galsync' if number < self.domains else 'user'}.{number:07}"
            f"@{self.domain(number % self.domains)}",
            self.identity("account", number),
            int(digest[:8], 16),
            _LIMITS[int(digest[11], 16) % 4],
            attributes,
        )

    def _digest(self, kind: str, number: int) -> str:
        text = f"{kind} {self.server} {number}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def __iter__(self) -> Iterator[Account]:
        return map(self.account, range(self.count))

    @property
    def customers(self) -> int:
        """The accounts that are not Zimbra's own."""
        return self.count - self.domains

    @cached_property
    def sums(self) -> Sums:
        """What every client must come to: all accounts, Zimbra's own among them."""
        sums = {self.domain(number): (0, 0, 0) for number in range(self.domains)}
        for account in self:
            domain = account.name.rpartition("@")[2]
            count, used, limits = sums[domain]
            sums[domain] = count + 1, used + account.used, limits + account.limit
        return sums
