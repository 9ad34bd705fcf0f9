"""Change package: bring the service's limits to the new plan, and delete nothing.

A plan below what is held or used is refused with the numbers and the mailboxes that block it.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import accounts, admins, objects, plans
from puq_zimbra.usage import measure

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service hold the plan."""
    zimbra = runtime.zimbra(call)
    bearer = objects.get_ours(zimbra, call)
    cos = plans.class_of_service(zimbra, call.sold.plan)
    everything = objects.all_ours(zimbra, call, bearer)
    held = measure.held_by(zimbra, call.stamp, everything)
    plans.refuse_if_too_small(call.sold, held.mailboxes)
    plans.refuse_if_more_held(zimbra, call.sold, everything)
    changes = objects.changes_to_fit(call, bearer, cos, held.tally.system_accounts)
    plans.refuse_if_class_too_small(zimbra, bearer, changes, held.mailboxes)
    admin = accounts.find(zimbra, call) if bearer.kind == "domain" else None
    guide = admins.guide_changes(admin, call.sold.plan) if admin else {}
    if call.dry_run:
        told = [dry_run.change("modify", call.shown_name, changes)] if changes else []
        told += [dry_run.change("modify", call.shown_address, guide)] if guide else []
        return dry_run.reply(told)
    places = {"name": call.shown_name}
    if not changes and not guide:
        return Reply("unchanged", "The service %(name)s holds this plan already.", places)
    if changes:
        objects.modify(zimbra, bearer, changes)
    if admin and guide:
        zimbra.modify_account(admin.id, guide)
    fresh = objects.get_ours(zimbra, call)
    if left := objects.changes_to_fit(call, fresh, cos, held.tally.system_accounts):
        raise Conflict(
            "Zimbra did not keep %(attributes)s of %(name)s as written.",
            attributes=", ".join(sorted(left)),
            **places,
        )
    return Reply("updated", "The service %(name)s has its new plan.", places)
