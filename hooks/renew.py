"""Renew: the service was paid for again, which calls off a pending deletion."""

from __future__ import annotations

from puq_zimbra.model import Call, Reply
from puq_zimbra.provisioning import domains, ownership
from puq_zimbra.units import shown_domain

from . import restore
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """See that the service is there to go on."""
    domain = domains.get_ours(runtime.zimbra(call), call)
    if ownership.purge_at(domain) is not None:
        return restore.run(call, runtime)
    return Reply(
        "unchanged",
        "The mail domain %(domain)s is in service.",
        {"domain": shown_domain(domains.name_of(call))},
    )
