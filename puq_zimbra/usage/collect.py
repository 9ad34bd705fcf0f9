"""Collect the storage of every service on one Zimbra, in a number of requests that does not grow
with the number of domains, and in flat memory.

Two listings are read whole, a page at a time: the directory, and the storage of each mailbox
server. Each account is added to its service's tally and handed on; the two listings agree on a
service when they name as many accounts, and the same. A server that cannot be read fails the whole
reading, since a service's mailboxes may lie on any of them; a service whose listings do not agree
fails alone.

A delegated administrator sees only some domains: those are read one by one.

Source: `service/admin/GetQuotaUsage.java` (without a domain: the accounts of the server that
answers), `SearchDirectory.java`, `GetAllServers.java`; zimbra-attrs.xml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.provisioning import objects, ownership, stamped
from puq_zimbra.usage.tally import TYPES, Tallies, Tally
from puq_zimbra.zimbra import answers, listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


class Sink(Protocol):
    """Where the accounts of services go while they are read."""

    def accounts(self, rows: list[tuple[int, str, str, str, str]]) -> None:
        """Take a page: the tally's number, account id, address, status, class of service's id."""

    def storage(self, rows: Iterable[tuple[str, int, int | None]]) -> None:
        """Take a page: account id, bytes used, limit in bytes; of other accounts too."""


@dataclass(frozen=True)
class Collected:
    """One reading of a Zimbra."""

    #: the services that were read whole
    tallies: tuple[Tally, ...]
    #: class of service's id -> name
    cos_names: Mapping[str, str]
    #: stamps of services that could not be read whole, or whose owner is not clear
    failed: frozenset[str]
    #: those among them whose owner is not clear: to read again helps nothing
    unclear: frozenset[str]
    #: whether the administrator sees every domain, so that no service was passed over
    whole: bool


def collect(
    zimbra: Zimbra, sink: Sink, progress: listings.Progress = lambda done, total: None
) -> Collected:
    """Measure every service on a Zimbra.

    ``progress`` hears how many objects of how many were read of the listing at hand.

    Raises:
        NoAnswer: a listing was not read whole.
    """
    whole = stamped.is_global_administrator(zimbra)
    found = stamped.find_domains(zimbra)
    tallies = Tallies(found.services, _beside(zimbra, found.services), found.alias_domains)
    failed = set(found.unclear)
    if whole:
        _read_whole(zimbra, tallies, sink, progress)
    else:
        failed |= _read_by_domain(zimbra, found.services, tallies, sink)
    unclear = frozenset(found.unclear | tallies.unclear)
    failed |= unclear | {one.stamp for one in tallies if not one.agrees}
    good = tuple(one for one in tallies if one.stamp not in failed)
    names = {cos.id: cos.name for cos in zimbra.get_all_cos()}
    return Collected(good, names, frozenset(failed), unclear, whole)


def _beside(zimbra: Zimbra, services: Mapping[str, Entry]) -> Mapping[str, Sequence[Entry]]:
    """The further domains of private servers."""
    servers = [s for s, bearer in services.items() if ownership.contracted(bearer) is not None]
    if len(servers) != 1:  # two on one Zimbra: whose the others are is not clear
        return {}
    return {servers[0]: objects.domains_beside(zimbra, services[servers[0]])}


def _read_whole(zimbra: Zimbra, tallies: Tallies, sink: Sink, progress: listings.Progress) -> None:
    for page in listings.directory(zimbra, TYPES, tallies.ATTRIBUTES, progress=progress):
        sink.accounts(tallies.directory(page))
    servers = zimbra.get_all_servers("mailbox")
    if not servers:
        raise answers.garbled()
    for server in servers:
        for part in listings.storage(zimbra, server_id=server.id, progress=progress):
            tallies.storage(part)
            sink.storage((row.id, row.used, row.quota) for row in part.account)


def _read_by_domain(
    zimbra: Zimbra, services: Mapping[str, Entry], tallies: Tallies, sink: Sink
) -> set[str]:
    """Read the domains that we may see, each for itself; return the stamps of those that failed."""
    failed = set()
    for stamp, bearer in services.items():
        try:
            for page in listings.directory(zimbra, TYPES, tallies.ATTRIBUTES, domain=bearer.name):
                sink.accounts(tallies.directory(page))
            for part in listings.storage(zimbra, domain=bearer.name):
                tallies.storage(part)
                sink.storage((row.id, row.used, row.quota) for row in part.account)
        except PuqZimbraError:  # one domain's trouble stops no other
            failed.add(stamp)
    return failed
