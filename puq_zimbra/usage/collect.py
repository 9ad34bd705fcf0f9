"""Collect the storage of every service on one Zimbra, in a number of requests that does not grow
with the number of domains.

One GetQuotaUsage per mailbox server lists all of its accounts; they are put together by domain and
held against the directory. A server that cannot be read fails the whole reading, since a service's
mailboxes may lie on any of them; a service whose mailboxes do not agree with the directory fails
alone.

Source: `service/admin/GetQuotaUsage.java` (without a domain: the accounts of the server that
answers), `GetAllServers.java`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from puq_zimbra.model import ServiceUsage
from puq_zimbra.provisioning import stamped
from puq_zimbra.units import mail_domain
from puq_zimbra.usage import measure
from puq_zimbra.zimbra import answers, quota
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.quota import QuotaRow


@dataclass(frozen=True)
class Collected:
    """One reading of a Zimbra."""

    readings: tuple[ServiceUsage, ...]
    #: stamps of services that could not be read whole, or whose owner is not clear
    failed: frozenset[str]


def collect(
    zimbra: Zimbra,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Collected:
    """Measure every service on a Zimbra.

    ``progress`` hears how many accounts of how many were read of the mailbox server at hand.

    Raises:
        NoAnswer: a server was not read whole.
    """
    found = stamped.find_all(zimbra)
    names = {_ascii(domain.name) for domain in found.services.values()}
    directory = _directory(zimbra, names)
    rows = _rows(zimbra, names, progress)
    readings, failed = [], set(found.unclear)
    for stamp, domain in found.services.items():
        name = _ascii(domain.name)
        held = measure.held(rows[name], directory[name])
        if held is None:
            failed.add(stamp)
        else:
            readings.append(measure.service_usage(domain, held.customers, stamp, now))
    return Collected(tuple(readings), frozenset(failed))


def _directory(zimbra: Zimbra, names: set[str]) -> dict[str, dict[str, Entry]]:
    """The accounts of some domains as the directory has them: domain -> id -> account."""
    accounts: dict[str, dict[str, Entry]] = defaultdict(dict)
    for account in zimbra.search_directory("accounts", "", measure.ACCOUNT_ATTRIBUTES):
        name = _ascii(account.name.rpartition("@")[2])
        if name in names:
            accounts[name][account.id] = account
    return accounts


def _rows(
    zimbra: Zimbra, names: set[str], progress: Callable[[int, int], None]
) -> dict[str, dict[str, QuotaRow]]:
    """The storage of the accounts of some domains: domain -> id -> figures."""
    servers = zimbra.get_all_servers("mailbox")
    if not servers:
        raise answers.garbled()
    rows: dict[str, dict[str, QuotaRow]] = defaultdict(dict)
    for server in servers:
        for row in quota.get_quota_usage(zimbra, server_id=server.id, progress=progress):
            name = _ascii(row.name.rpartition("@")[2])
            if name in names:
                # By id: a mailbox that is being moved may be named by two servers.
                rows[name][row.id] = row
    return rows


@lru_cache(maxsize=4096)
def _ascii(domain: str) -> str:
    """The A-label of a domain as Zimbra wrote it, in one form or the other."""
    try:
        return mail_domain(domain)
    except ValueError:
        return domain
