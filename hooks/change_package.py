"""Change package: bring the domain's limits to the new plan, and delete nothing.

A plan below what is held or used is refused with the numbers and the mailboxes that block it.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import admins, domains, plans
from puq_zimbra.units import shown_address
from puq_zimbra.usage import measure

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the domain hold the plan."""
    plan = call.sold.plan
    zimbra = runtime.zimbra(call)
    domain = domains.get_ours(zimbra, call)
    cos = plans.class_of_service(zimbra, plan)
    held = measure.held_by(zimbra, domain)
    plans.refuse_if_too_small(plan, held.customers)
    wanted = domains.attributes_of(plan, cos, held.system_accounts)
    changes = domains.difference(domain, wanted)
    admin = admins.find(zimbra, call)
    admin_changes = domains.difference(admin, admins.quota_guide(plan)) if admin else {}
    if call.dry_run:
        address = shown_address(admins.address_of(call))
        told = [dry_run.change("modify", call.shown_domain, changes)] if changes else []
        told += [dry_run.change("modify", address, admin_changes)] if admin_changes else []
        return dry_run.reply(told)
    places = {"domain": call.shown_domain}
    if not changes and not admin_changes:
        return Reply("unchanged", "The mail domain %(domain)s holds this plan already.", places)
    if changes:
        zimbra.modify_domain(domain.id, changes)
    if admin and admin_changes:
        zimbra.modify_account(admin.id, admin_changes)
    domains.verify(zimbra, call, wanted)
    return Reply("updated", "The mail domain %(domain)s has its new plan.", places)
