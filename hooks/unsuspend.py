"""Unsuspend: give the domain back the status it had before the host suspended it.

A domain that the host never suspended stays as it is: a lock that an administrator set in Zimbra
is not the host's to lift.
"""

from __future__ import annotations

from puq_zimbra.errors import Refused
from puq_zimbra.model import Call, Reply
from puq_zimbra.provisioning import domains, ownership
from puq_zimbra.units import shown_domain

from . import restore
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """End the service's suspension."""
    zimbra = runtime.zimbra(call)
    domain = domains.get_ours(zimbra, call)
    places = {"domain": shown_domain(domains.name_of(call))}
    if ownership.purge_at(domain) is not None:
        raise Refused("The domain %(domain)s waits for its deletion: restore it first.", **places)
    if not restore.give_back(call, zimbra, domain):
        return Reply("unchanged", "The mail domain %(domain)s is not suspended.", places)
    return Reply("updated", "The mail domain %(domain)s is in service again.", places)
