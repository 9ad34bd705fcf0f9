"""What in Zimbra a service is, by its model.

domain    the domain of the service's name; it bears the stamp
mailbox   the account of the service's address; it bears the stamp
server    every domain of the Zimbra that bears no other service's stamp; the first one, of the
          service's name, bears the stamp
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import NotFound
from puq_zimbra.provisioning import accounts, domains, mailboxes, ownership
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


def find_ours(zimbra: Zimbra, call: Call) -> Entry | None:
    """The object that bears the service's stamp, or None.

    Raises:
        NotOurs: an object of that name is somebody else's.
    """
    if call.sold.model == "mailbox":
        return mailboxes.find_ours(zimbra, call)
    return domains.find_ours(zimbra, call)


def get_ours(zimbra: Zimbra, call: Call) -> Entry:
    """The object that bears the service's stamp.

    Raises:
        NotFound: there is none.
        NotOurs: an object of that name is somebody else's.
    """
    found = find_ours(zimbra, call)
    if found is None:
        raise NotFound("%(name)s does not exist in Zimbra.", name=call.shown_name)
    return found


def all_ours(zimbra: Zimbra, call: Call, bearer: Entry) -> list[Entry]:
    """Every object whose status is the service's, the bearer of the stamp first."""
    return [bearer, *(domains_beside(zimbra, bearer) if call.sold.model == "server" else ())]


def domains_beside(zimbra: Zimbra, bearer: Entry) -> list[Entry]:
    """The other domains of a private server: alias domains follow the domain they point to."""
    found = []
    for domain in zimbra.search_directory("domains", "", domains.ATTRIBUTES):
        ownership.require_visible(domain)
        alias = domain.one("zimbraDomainType") == "alias"
        if domain.id != bearer.id and not alias and not ownership.stamps(domain):
            found.append(domain)
    return sorted(found, key=lambda one: one.name)


def log_in_account(zimbra: Zimbra, call: Call, bearer: Entry) -> Entry:
    """The account of the customer: the mailbox sold, else the administrator's.

    Raises:
        NotFound: the administrator's mailbox is gone.
    """
    return bearer if bearer.kind == "account" else accounts.get(zimbra, call)


def modify(zimbra: Zimbra, entry: Entry, changes: Changes) -> None:
    """Change an object's attributes."""
    if entry.kind == "account":
        zimbra.modify_account(entry.id, changes)
    else:
        zimbra.modify_domain(entry.id, changes)


def changes_to_fit(call: Call, bearer: Entry, cos: Entry | None, system_accounts: int) -> Changes:
    """What must be written so that the bearer of the stamp holds the plan."""
    if bearer.kind == "account":
        return mailboxes.changes_to_fit(call, bearer, cos)
    return domains.changes_to_fit(call, bearer, cos, system_accounts)


def words_attribute(call: Call) -> str:
    """The attribute that bears the service's stamp."""
    return KINDS["account" if call.sold.model == "mailbox" else "domain"].words
