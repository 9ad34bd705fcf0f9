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

from puq_zimbra.call import STAMP_PREFIX
from puq_zimbra.errors import Conflict
from puq_zimbra.model import MailboxUsage, ServiceUsage
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
    accounts = _unusual_accounts(zimbra)
    mailboxes = _by_domain(zimbra, {entry.name for entry in services.values()}, accounts, progress)
    measured = []
    for stamp, domain in services.items():
        held = tuple(mailboxes.get(domain.name, ()))
        if not held and _holds_accounts(zimbra, domain):
            raise measure.changed(domain)
        measured.append(measure.service_usage(domain, held, stamp, now))
    return measured


def _unusual_accounts(zimbra: Zimbra) -> dict[str, Entry]:
    """The accounts that are Zimbra's own or not active, by id; all others are plain mailboxes."""
    own = "(zimbraIsSystemAccount=TRUE)(zimbraIsSystemResource=TRUE)"
    query = f"(|{own}(!(zimbraAccountStatus=active)))"
    found = zimbra.search_directory("accounts", query, measure.ACCOUNT_ATTRIBUTES)
    return {account.id: account for account in found}


def _by_domain(
    zimbra: Zimbra,
    names: set[str],
    unusual: dict[str, Entry],
    progress: Callable[[int, int], None],
) -> dict[str, list[MailboxUsage]]:
    servers = zimbra.get_all_servers("mailbox")
    if not servers:
        raise answers.garbled()
    mailboxes: dict[str, dict[str, MailboxUsage]] = defaultdict(dict)
    for server in servers:
        for row in quota.get_quota_usage(zimbra, server_id=server.id, progress=progress):
            domain = row.name.rpartition("@")[2]
            if domain not in names or measure.is_system(row.name, unusual.get(row.id)):
                continue
            # By id: a mailbox that is being moved may be named by two servers.
            mailboxes[domain][row.id] = measure.mailbox(row, unusual.get(row.id))
    return {domain: list(found.values()) for domain, found in mailboxes.items()}


def _holds_accounts(zimbra: Zimbra, domain: Entry) -> bool:
    """Whether the directory knows mailboxes of a domain for which no figures came."""
    found = zimbra.search_directory("accounts", "", measure.ACCOUNT_ATTRIBUTES, domain=domain.name)
    return any(not measure.is_system(one.name, one) for one in found)
