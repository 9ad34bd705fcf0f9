"""Suspend: shut the service as the plan says, and note in Zimbra what to go back to.

Of a private server the first domain bears the mark of the suspension; the others are shut, and
marked, where they were open.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import objects, ownership, suspension
from puq_zimbra.provisioning.kinds import shown_name, status_of
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service suspended."""
    zimbra = runtime.zimbra(call)
    bearer = objects.get_ours(zimbra, call)
    places = {"name": call.shown_name}
    if call.dry_run:
        return tell(call, zimbra, bearer)
    if not shut(call, zimbra, bearer):
        return Reply("unchanged", "The service %(name)s is suspended already.", places)
    return Reply("updated", "The service %(name)s was suspended.", places)


def tell(
    call: Call, zimbra: Zimbra, bearer: Entry, purge_at: date | None = None, *, keep: bool = False
) -> Reply:
    """The dry run of `shut`."""
    return dry_run.reply(
        dry_run.change("modify", shown_name(entry), changes)
        for entry, changes in _wanted(call, zimbra, bearer, purge_at, keep)
    )


def shut(
    call: Call, zimbra: Zimbra, bearer: Entry, purge_at: date | None = None, *, keep: bool = False
) -> bool:
    """Shut what the service is, with the day of its deletion; whether anything was written.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    wanted = _wanted(call, zimbra, bearer, purge_at, keep)
    for entry, changes in wanted:
        objects.modify(zimbra, entry, changes)
    if wanted:
        fresh = objects.get_ours(zimbra, call)
        if _wanted(call, zimbra, fresh, purge_at, keep):
            raise Conflict("Zimbra did not keep the suspension of %(name)s.", name=call.shown_name)
    return bool(wanted)


def _wanted(
    call: Call, zimbra: Zimbra, bearer: Entry, purge_at: date | None, keep: bool
) -> list[tuple[Entry, Changes]]:
    mode = call.sold.plan.suspend_mode
    found = [(bearer, suspension.changes_to_suspend(bearer, mode, purge_at, keep=keep))]
    for entry in objects.all_ours(zimbra, call, bearer)[1:]:
        if status_of(entry) == "active" or ownership.was(entry) is not None:
            found.append((entry, suspension.changes_to_suspend(entry, mode)))
    return [(entry, changes) for entry, changes in found if changes]
