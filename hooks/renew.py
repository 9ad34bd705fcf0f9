"""Renew: the service was paid for again, which calls off a pending deletion."""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import objects, ownership

from . import restore
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """See that the service is there to go on."""
    bearer = objects.get_ours(runtime.zimbra(call), call)
    if ownership.purge_at(bearer) is not None:
        return restore.run(call, runtime)
    ownership.require_whole(bearer)
    return Reply("unchanged", "The service %(name)s goes on as it is.", {"name": call.shown_name})
