"""Restore: call off a pending deletion and give the domain back the status before it was shut."""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import domains, ownership

from . import unsuspend
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Take the service back from its termination with grace.

    A service that was merely suspended stays so: that is for `unsuspend`.
    """
    domain = domains.get_ours(runtime.zimbra(call), call)
    ownership.require_whole(domain)
    places = {"domain": call.shown_domain}
    if ownership.purge_at(domain) is None:
        return Reply("unchanged", "The mail domain %(domain)s waits for no deletion.", places)
    done = Reply("updated", "The mail domain %(domain)s was restored.", places)
    return unsuspend.give_back(call, runtime, domain, done)
