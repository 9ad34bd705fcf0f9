"""Restore: call off a pending deletion and give the domain back as it was."""

from __future__ import annotations

from puq_zimbra.errors import Conflict
from puq_zimbra.model import Call, Reply
from puq_zimbra.provisioning import domains, suspension
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Take the service back from its termination with grace."""
    zimbra = runtime.zimbra(call)
    domain = domains.get_ours(zimbra, call)
    places = {"domain": shown_domain(domains.name_of(call))}
    if not give_back(call, zimbra, domain):
        return Reply("unchanged", "The mail domain %(domain)s is not suspended.", places)
    return Reply("updated", "The mail domain %(domain)s was restored.", places)


def give_back(call: Call, zimbra: Zimbra, domain: Entry) -> bool:
    """Write what ends the suspension, and read it back; say whether anything was written."""
    changes = suspension.changes_to_give_back(domain)
    if not changes or call.dry_run:
        return False
    zimbra.modify_domain(domain.id, changes)
    if suspension.changes_to_give_back(domains.get_ours(zimbra, call)):
        raise Conflict(
            "Zimbra did not keep the end of the suspension of %(domain)s.",
            domain=shown_domain(domains.name_of(call)),
        )
    return True
