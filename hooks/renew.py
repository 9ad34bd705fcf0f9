"""Renew: the service was paid for again, which calls off a pending deletion."""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import domains, ownership

from . import restore
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """See that the service is there to go on."""
    domain = domains.get_ours(runtime.zimbra(call), call)
    if ownership.purge_at(domain) is not None:
        return restore.run(call, runtime)
    ownership.require_whole(domain)
    return Reply(
        "unchanged", "The mail domain %(domain)s goes on as it is.", {"domain": call.shown_domain}
    )
