"""Adopt: take what exists, and nobody else has a claim on, into a service.

The stamp is written (and for a private server the word that it is one) and nothing else: passwords,
limits, accounts and statuses stay as they are. What then differs from the plan is for `drift` to
say and for `repair` or `change_package` to mend.
"""

from __future__ import annotations

from dataclasses import replace

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict, NotFound
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import adoption, contents, drift, objects, ownership, stamped
from puq_zimbra.provisioning.contents import Contents
from puq_zimbra.provisioning.kinds import kind_of
from puq_zimbra.usage import measure
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .drift import told
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make it the service's."""
    zimbra = runtime.zimbra(call)
    places = {"name": call.shown_name}
    stamped.require_global_administrator(zimbra)
    entry = adoption.find(zimbra, call, runtime.config.mailbox.domains)
    stamped.refuse_if_elsewhere(zimbra, call)
    if entry is None:
        raise NotFound("%(name)s does not exist in Zimbra.", **places)
    if adoption.is_ours(entry, call):
        return Reply("unchanged", "%(name)s is this service's already.", places)
    adoption.require_unclaimed(zimbra, call)
    listed = contents.list_contents(zimbra, [entry])
    adoption.require_unclaimed_contents(listed, call)
    changes = adoption.changes(call, entry)
    if call.dry_run:
        told_so = dry_run.reply([dry_run.change("modify", call.shown_name, changes)])
        return _with_contents(told_so, call, zimbra, entry, listed)
    objects.modify(zimbra, entry, changes)
    _verify(call, zimbra, entry)
    return Reply("updated", "%(name)s is this service's now.", places)


def _with_contents(
    reply: Reply, call: Call, zimbra: Zimbra, entry: Entry, listed: Contents
) -> Reply:
    """What is taken over, and what is not as the plan has it, if the call has one."""
    everything = objects.all_ours(zimbra, call, entry)
    held = measure.held_by(zimbra, call.stamp, everything)
    holds = {**adoption.counts(listed), "used": sum(one.used or 0 for one in held.mailboxes)}
    data = {**reply.data, "holds": holds}
    if "plan" in call.sold.model_fields_set:
        data["drift"] = told(drift.of_whole(zimbra, call, everything, held))
    return replace(reply, data=data)


def _verify(call: Call, zimbra: Zimbra, entry: Entry) -> None:
    fresh = adoption.find(zimbra, call, None)
    held = ownership.stamps(fresh) if fresh is not None else ()
    if held == (call.stamp,):
        return
    if call.stamp in held:
        # Two services adopted it in the same moment: whoever sees both takes his own away, so that
        # nothing is left with two owners.
        written = adoption.changes(call, entry)["+" + kind_of(entry).words]
        objects.modify(zimbra, entry, {"-" + kind_of(entry).words: written})
        raise Conflict(
            "Another service adopted %(name)s at the same moment: see whose it is and adopt it once"
            " more.",
            name=call.shown_name,
        )
    raise Conflict(
        "Zimbra did not keep the stamp on %(name)s: adopt it once more.", name=call.shown_name
    )
