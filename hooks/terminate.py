"""Terminate, in the plan's mode: delete now, lock and delete after a grace period, or keep.

Deleting lists everything first and stops, with nothing lost, when any of it belongs to somebody
else. A domain is closed before its first mailbox goes, so that senders get their mail back instead
of losing it. It ends with Zimbra's own word that the service is gone. A private server is kept
unless its plan says otherwise, and its administrators' own domain always is.
"""

from __future__ import annotations

from datetime import timedelta

from puq_zimbra.call import Call
from puq_zimbra.errors import N_, Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import contents, objects, ownership, stamped, suspension
from puq_zimbra.provisioning.kinds import shown_name
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run, suspend
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """End the service."""
    zimbra = runtime.zimbra(call)
    bearer = objects.find_ours(zimbra, call)
    if bearer is None:
        stamped.require_absent(zimbra, call)
        places = {"name": call.shown_name}
        return Reply("already_gone", "The service %(name)s does not exist any more.", places)
    if call.sold.terminate_mode == "delete":
        return _delete(call, zimbra, bearer)
    return _lock(call, zimbra, bearer, runtime)


def _delete(call: Call, zimbra: Zimbra, bearer: Entry) -> Reply:
    """Delete what the service is, with everything in it.

    Raises:
        Conflict: something in it is somebody else's; nothing was deleted.
    """
    going, kept = _going(call, zimbra, bearer)
    listed = contents.list_contents(zimbra, going)
    contents.require_all_ours(listed, call)
    if call.dry_run:
        return dry_run.reply(
            dry_run.change("delete", shown_name(entry)) for entry in (*listed.everything(), *going)
        )
    for entry in reversed(going):
        if changes := suspension.changes_to_delete(entry):
            objects.modify(zimbra, entry, changes)
    contents.delete(zimbra, going, listed)
    places = {"name": call.shown_name}
    if objects.find_ours(zimbra, call) is not None:
        raise Conflict("%(name)s is still there: terminate it once more.", **places)
    message = N_("The service %(name)s was deleted with all of its mail.")
    return Reply("updated", message, places, data={"kept": kept} if kept else {})


def _going(call: Call, zimbra: Zimbra, bearer: Entry) -> tuple[list[Entry], list[str]]:
    """What is deleted, the bearer of the stamp last, and the names of what is not.

    A private server's global administrators, ours among them, live in one of its domains.
    """
    beside = objects.all_ours(zimbra, call, bearer)[1:]
    kept = [one for one in beside if contents.holds_a_global_administrator(zimbra, one)]
    # Zimbra keeps the shell of a domain that still has sub-domains: those go first.
    going = sorted((one for one in beside if one not in kept), key=lambda one: -one.name.count("."))
    return [*going, bearer], [shown_name(one) for one in kept]


def _lock(call: Call, zimbra: Zimbra, bearer: Entry, runtime: Runtime) -> Reply:
    ownership.require_whole(bearer)
    grace = call.sold.terminate_mode == "grace"
    days = timedelta(days=call.sold.plan.terminate.grace_days)
    due = (runtime.now() + days).date() if grace else None
    if call.dry_run:
        return suspend.tell(call, zimbra, bearer, due, keep=not grace)
    changed = suspend.shut(call, zimbra, bearer, due, keep=not grace)
    code = "updated" if changed else "unchanged"
    places = {"name": call.shown_name}
    locked = [shown_name(one) for one in objects.all_ours(zimbra, call, bearer)]
    if not grace:
        message = N_("The service %(name)s is locked and its mail is kept.")
        return Reply(code, message, places, data={"locked": locked})
    purge_at = str(ownership.purge_at(objects.get_ours(zimbra, call)))
    return Reply(
        code,
        "The service %(name)s is locked and will be deleted on %(day)s.",
        {**places, "day": purge_at},
        data={"purge_at": purge_at, "locked": locked},
    )
