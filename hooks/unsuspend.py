"""Unsuspend: give the service back the status it had before the host suspended it.

What the host never suspended stays as it is: a lock that an administrator set in Zimbra is not the
host's to lift. Of a private server the first domain comes last: while it bears the mark, the
service counts as suspended and the next call goes on.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict, Refused
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import objects, ownership, suspension
from puq_zimbra.provisioning.kinds import shown_name
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """End the service's suspension."""
    bearer = objects.get_ours(runtime.zimbra(call), call)
    ownership.require_whole(bearer)
    places = {"name": call.shown_name}
    if ownership.purge_at(bearer) is not None:
        raise Refused("%(name)s waits for its deletion: restore it first.", **places)
    done = Reply("updated", "The service %(name)s is active again.", places)
    return give_back(call, runtime, bearer, done)


def give_back(call: Call, runtime: Runtime, bearer: Entry, done: Reply) -> Reply:
    """Write what ends the suspension and a pending deletion, read it back, and say ``done``.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    zimbra = runtime.zimbra(call)
    places = {"name": call.shown_name}
    wanted = _wanted(call, zimbra, bearer)
    if call.dry_run:
        return dry_run.reply(
            dry_run.change("modify", shown_name(entry), changes) for entry, changes in wanted
        )
    if not wanted:
        return Reply("unchanged", "The service %(name)s is not suspended.", places)
    for entry, changes in wanted:
        objects.modify(zimbra, entry, changes)
    if _wanted(call, zimbra, objects.get_ours(zimbra, call)):
        raise Conflict("Zimbra did not keep the end of the suspension of %(name)s.", **places)
    return done


def _wanted(call: Call, zimbra: Zimbra, bearer: Entry) -> list[tuple[Entry, Changes]]:
    entries = reversed(objects.all_ours(zimbra, call, bearer))
    found = [(entry, suspension.changes_to_give_back(entry)) for entry in entries]
    return [(entry, changes) for entry, changes in found if changes]
