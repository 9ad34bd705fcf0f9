"""An account's effective status, from its own and its domain's.

Source: `Account.getAccountStatus`, `AccessManager.checkDomainStatus`.
"""

from __future__ import annotations

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.state import State

_UNTOUCHED = {
    "locked": ("maintenance", "pending", "closed"),
    "maintenance": ("pending", "closed"),
    "suspended": ("pending", "closed"),
    "shutdown": ("pending", "closed"),
    "closed": (),
}


def domain_status(domain: Entry | None) -> str:
    """Domain's own status; without one it is active."""
    return (domain.first("zimbraDomainStatus") if domain else None) or "active"


def effective(state: State, account: Entry) -> str:
    """Account status as log-in sees it.

    An unknown word for a domain's status locks nothing, but no log-in passes either.
    """
    own = account.first("zimbraAccountStatus") or "active"
    if account.first("zimbraIsAdminAccount") == "TRUE":
        return own
    status = domain_status(state.domain_of(account))
    if status == "active":
        return own
    if own in _UNTOUCHED.get(status, ()):
        return own
    if status in ("suspended", "shutdown"):
        return "maintenance"
    return status


def refuse_suspended(state: State, domain_name: str) -> None:
    """Refuse to touch what is in a suspended domain, even to global administrators."""
    if domain_status(state.directory.domains.get(domain_name)) in ("suspended", "shutdown"):
        raise faults.denied("domain is suspended")
