"""Collect the storage of every service on one Zimbra, in a number of requests that does not grow
with the number of domains.

One GetQuotaUsage per mailbox server lists all of its accounts; they are put together by service and
held against the directory. A server that cannot be read fails the whole reading, since a service's
mailboxes may lie on any of them; a service whose mailboxes do not agree with the directory fails
alone.

Source: `service/admin/GetQuotaUsage.java` (without a domain: the accounts of the server that
answers), `GetAllServers.java`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias, TypeVar

from puq_zimbra.model import ServiceUsage
from puq_zimbra.provisioning import objects, ownership, stamped
from puq_zimbra.units import mail_domain
from puq_zimbra.usage import measure
from puq_zimbra.zimbra import answers, quota
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.quota import QuotaRow

Row = TypeVar("Row")
#: stamp -> id -> what is known of the account
_Accounts: TypeAlias = defaultdict[str, dict[str, Row]]


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
    owners, unclear = _owners(zimbra, found.services)
    directory: _Accounts[Entry] = defaultdict(dict)
    for account in zimbra.search_directory("accounts", "", measure.ACCOUNT_ATTRIBUTES):
        if stamp := owners.of(account.id, account.name):
            directory[stamp][account.id] = account
    rows = _rows(zimbra, owners, progress)
    readings, failed = [], set(found.unclear) | unclear
    for stamp, bearer in found.services.items():
        held = measure.held(rows[stamp], directory[stamp])
        if stamp in failed:
            continue
        if held is None or (bearer.kind == "account" and not rows[stamp]):
            failed.add(stamp)
        else:
            readings.append(measure.service_usage(bearer, held.customers, stamp, now))
    return Collected(tuple(readings), frozenset(failed))


@dataclass(frozen=True)
class _Owners:
    """Whose an account is, by its id for mailboxes sold by themselves, else by its domain."""

    accounts: Mapping[str, str]
    #: A-label -> stamp
    domains: Mapping[str, str]

    def of(self, identity: str, address: str) -> str:
        """The stamp of the account's service; "" = nobody's."""
        domain = _ascii(address.rpartition("@")[2])
        return self.accounts.get(identity) or self.domains.get(domain, "")


def _owners(zimbra: Zimbra, services: Mapping[str, Entry]) -> tuple[_Owners, set[str]]:
    """Whose the accounts are, and the stamps of private servers that are not alone."""
    accounts, domains = {}, {}
    servers = []
    for stamp, bearer in services.items():
        if bearer.kind == "account":
            accounts[bearer.id] = stamp
            continue
        domains[_ascii(bearer.name)] = stamp
        if ownership.contracted(bearer) is not None:
            servers.append(stamp)
    if len(servers) == 1:
        beside = objects.domains_beside(zimbra, services[servers[0]])
        domains.update((_ascii(domain.name), servers[0]) for domain in beside)
    return _Owners(accounts, domains), set(servers if len(servers) > 1 else ())


def _rows(
    zimbra: Zimbra, owners: _Owners, progress: Callable[[int, int], None]
) -> _Accounts[QuotaRow]:
    """The storage of the services' accounts: stamp -> id -> figures."""
    servers = zimbra.get_all_servers("mailbox")
    if not servers:
        raise answers.garbled()
    rows: _Accounts[QuotaRow] = defaultdict(dict)
    for server in servers:
        for row in quota.get_quota_usage(zimbra, server_id=server.id, progress=progress):
            # By id: a mailbox that is being moved may be named by two servers.
            if stamp := owners.of(row.id, row.name):
                rows[stamp][row.id] = row
    return rows


@lru_cache(maxsize=4096)
def _ascii(domain: str) -> str:
    """The A-label of a domain as Zimbra wrote it, in one form or the other."""
    try:
        return mail_domain(domain)
    except ValueError:
        return domain
