"""Restore: call off a pending deletion and give the service back the status before it was shut."""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import objects, ownership

from . import unsuspend
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Take the service back from its termination with grace.

    A service that was merely suspended stays so: that is for `unsuspend`.
    """
    bearer = objects.get_ours(runtime.zimbra(call), call)
    ownership.require_whole(bearer)
    places = {"name": call.shown_name}
    if ownership.purge_at(bearer) is None:
        return Reply("unchanged", "The service %(name)s waits for no deletion.", places)
    done = Reply("updated", "The service %(name)s was restored.", places)
    return unsuspend.give_back(call, runtime, bearer, done)
