"""Collect the storage of every service on one Zimbra, in flat memory.

The number of requests does not grow with the number of domains.

Two listings are read whole, a page at a time: the directory, and the storage of each mailbox
server. Each account is added to its service's tally and handed on; the two listings agree on a
service when they name as many accounts, and the same. Of a mailbox server that cannot be read the
directory thus tells which services have mailboxes there: those whose listings do not agree, each of
which fails alone. When none can be read, or the directory cannot, the whole reading fails.

A delegated administrator sees only some domains: those are read one by one.

Source: `service/admin/GetQuotaUsage.java` (without a domain: the accounts of the server that
answers), `SearchDirectory.java`, `GetAllServers.java`; zimbra-attrs.xml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from puq_zimbra import products
from puq_zimbra.errors import PuqZimbraError
from puq_zimbra.provisioning import ownership, stamp_search
from puq_zimbra.usage import parts, rooms
from puq_zimbra.usage.classes import Classes
from puq_zimbra.usage.tallies import TYPES, Tallies
from puq_zimbra.usage.tally import Tally
from puq_zimbra.zimbra import listings
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.paging import Progress


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
    #: mailbox servers that gave no figures
    lost: parts.Lost
    #: mailboxes of services that are called like accounts of Zimbra's own
    lookalikes: tuple[str, ...]


def collect(zimbra: Zimbra, sink: Sink, progress: Progress = lambda done, total: None) -> Collected:
    """Measure every service on a Zimbra.

    ``progress`` hears how many objects of how many were read of the listing at hand.

    Raises:
        NoAnswer: a listing was not read whole.
    """
    whole = stamp_search.is_global_administrator(zimbra)
    found = stamp_search.find_domains(zimbra)
    beside, classes = _beside(zimbra, found.services), Classes(zimbra, complete=whole)
    tallies = Tallies(found.services, beside, found.alias_domains, found.default_cos, classes)
    failed = set(found.unclear)
    lost = parts.Lost()
    if whole:
        _read_whole(zimbra, tallies, sink, lost, progress)
    else:
        failed |= _read_by_domain(zimbra, found.services, tallies, sink, lost)
    rooms.add_space(zimbra, tallies)
    unclear = frozenset(found.unclear | tallies.unclear)
    failed |= unclear | {one.stamp for one in tallies if one.broken or not one.agrees}
    good = tuple(one for one in tallies if one.stamp not in failed)
    seen = whole and not tallies.passed_over
    named = tuple(sorted(tallies.lookalikes))
    return Collected(good, classes.names, frozenset(failed), unclear, seen, lost, named)


def _beside(zimbra: Zimbra, services: Mapping[str, Entry]) -> Mapping[str, Sequence[Entry]]:
    """The further domains of private servers."""
    servers = [s for s, stamped in services.items() if ownership.contracted(stamped) is not None]
    if len(servers) != 1:  # two on one Zimbra: whose the others are is not clear
        return {}
    return {servers[0]: products.server.domains_beside(zimbra, services[servers[0]])}


def _read_whole(
    zimbra: Zimbra, tallies: Tallies, sink: Sink, lost: parts.Lost, progress: Progress
) -> None:
    for page in listings.directory(zimbra, TYPES, tallies.ATTRIBUTES, progress=progress):
        sink.accounts(tallies.directory(page))
    for part in parts.of_servers(zimbra, lost, progress=progress):
        tallies.storage(part)
        sink.storage((row.id, row.used, row.quota) for row in part.account)


def _read_by_domain(
    zimbra: Zimbra,
    services: Mapping[str, Entry],
    tallies: Tallies,
    sink: Sink,
    lost: parts.Lost,
) -> set[str]:
    """Read the domains that we may see, each for itself; return the stamps of those that failed."""
    failed = set()
    for stamp, stamped in services.items():
        try:
            for page in listings.directory(zimbra, TYPES, tallies.ATTRIBUTES, domain=stamped.name):
                sink.accounts(tallies.directory(page))
            for part in parts.of_domain(zimbra, lost, stamped.name):
                tallies.storage(part)
                sink.storage((row.id, row.used, row.quota) for row in part.account)
        except PuqZimbraError:  # one domain's trouble stops no other
            failed.add(stamp)
    return failed
