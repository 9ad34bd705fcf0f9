"""Change package: bring the domain's limits to the new plan, and delete nothing.

A plan below what is held or used is refused with the numbers and the mailboxes that block it.
"""

from __future__ import annotations

from puq_zimbra.model import Call, Reply
from puq_zimbra.provisioning import admins, domains, plans
from puq_zimbra.units import shown_domain
from puq_zimbra.usage import measure

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the domain hold the plan."""
    assert call.service is not None
    plan = call.service.plan
    zimbra = runtime.zimbra(call)
    domain = domains.get_ours(zimbra, call)
    cos = plans.class_of_service(zimbra, plan)
    held = measure.held_by(zimbra, domain)
    plans.refuse_if_too_small(plan, held.customers)
    wanted = domains.attributes_of(plan, cos, held.system_accounts)
    changes = domains.difference(domain, wanted)
    admin = admins.find(zimbra, call)
    panel = {"zimbraDomainAdminMaxMailQuota": str(plan.mailbox_quota or 0)}
    admin_changes = domains.difference(admin, panel) if admin else {}
    places = {"domain": shown_domain(domains.name_of(call))}
    if call.dry_run:
        return Reply(
            "unchanged",
            "Nothing was written: this was a dry run.",
            data={
                "changes": [
                    {"action": "modify", "attribute": key, "value": value}
                    for key, value in {**changes, **admin_changes}.items()
                ]
            },
        )
    if not changes and not admin_changes:
        return Reply("unchanged", "The mail domain %(domain)s holds this plan already.", places)
    if changes:
        zimbra.modify_domain(domain.id, changes)
    if admin and admin_changes:
        zimbra.modify_account(admin.id, admin_changes)
    domains.verify(zimbra, call, wanted)
    return Reply("updated", "The mail domain %(domain)s has its new plan.", places)
