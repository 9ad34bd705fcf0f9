"""Collect the storage of every service on one Zimbra, in a number of requests that does not grow
with the number of domains.

One GetQuotaUsage per mailbox server lists all of its accounts; they are then put together by
domain. A reading that fails anywhere fails as a whole: a service's mailboxes may lie on any server.

Source: `service/admin/GetQuotaUsage.java` (without a domain: the accounts of the server that
answers), `GetAllServers.java`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from puq_zimbra.errors import Conflict
from puq_zimbra.model import STAMP_PREFIX, MailboxUsage, ServiceUsage
from puq_zimbra.provisioning import domains, ownership
from puq_zimbra.units import shown_domain
from puq_zimbra.usage import measure
from puq_zimbra.zimbra import answers, quota
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


def stamped_domains(zimbra: Zimbra, installation: str | None = None) -> dict[str, Entry]:
    """The domains that bear a stamp, of one installation or of all: stamp -> domain.

    Raises:
        Conflict: a domain bears two stamps, or two domains the same.
    """
    prefix = STAMP_PREFIX + (f"{installation}:" if installation else "")
    found: dict[str, Entry] = {}
    query = f"({ownership.FOREIGN_NAME}={prefix}*)"
    for domain in zimbra.search_directory("domains", query, domains.ATTRIBUTES):
        # The directory compares without regard to case; we do not.
        stamps = [one for one in ownership.stamps(domain) if one.startswith(prefix)]
        if not stamps:
            continue
        if len(stamps) > 1 or stamps[0] in found or stamps[0].count(":") != 2:
            raise Conflict(
                "The owner of the domain %(domain)s is not clear from its zimbraForeignName: an"
                " administrator must put it right.",
                domain=shown_domain(domain.name),
            )
        found[stamps[0]] = domain
    return found


def collect(
    zimbra: Zimbra,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ServiceUsage]:
    """Measure every service on a Zimbra; ``progress`` hears how many accounts of how many were
    read of the mailbox server at hand.

    Raises:
        NoAnswer: something was not read whole.
    """
    services = stamped_domains(zimbra)
    system = _system_accounts(zimbra)
    mailboxes = _by_domain(zimbra, {entry.name for entry in services.values()}, system, progress)
    measured = []
    for stamp, domain in services.items():
        held = tuple(mailboxes.get(domain.name, ()))
        if not held and _holds_accounts(zimbra, domain, system):
            raise answers.garbled()
        measured.append(measure.service_usage(domain, held, stamp, now))
    return measured


def _system_accounts(zimbra: Zimbra) -> set[str]:
    query = "(|(zimbraIsSystemAccount=TRUE)(zimbraIsSystemResource=TRUE))"
    found = zimbra.search_directory("accounts", query, measure.SYSTEM_ATTRIBUTES)
    return {account.id for account in found}


def _by_domain(
    zimbra: Zimbra, names: set[str], system: set[str], progress: Callable[[int, int], None]
) -> dict[str, list[MailboxUsage]]:
    servers = zimbra.get_all_servers("mailbox")
    if not servers:
        raise answers.garbled()
    mailboxes: dict[str, dict[str, MailboxUsage]] = defaultdict(dict)
    for server in servers:
        for row in quota.get_quota_usage(zimbra, server_id=server.id, progress=progress):
            domain = row.name.rpartition("@")[2]
            if domain in names and row.id not in system and not measure.is_system_name(row.name):
                usage = MailboxUsage(row.id, row.name, row.used, row.limit or None)
                mailboxes[domain][row.id] = usage  # by id: a moved mailbox may be named twice
    return {domain: list(found.values()) for domain, found in mailboxes.items()}


def _holds_accounts(zimbra: Zimbra, domain: Entry, system: set[str]) -> bool:
    """Whether the directory knows mailboxes of a domain for which no figures came."""
    found = zimbra.search_directory("accounts", "", measure.SYSTEM_ATTRIBUTES, domain=domain.name)
    return any(one.id not in system and not measure.is_system_name(one.name) for one in found)
