"""Suspend: shut the domain as the plan says, and note in Zimbra what to go back to."""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import domains, suspension

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service suspended."""
    zimbra = runtime.zimbra(call)
    domain = domains.get_ours(zimbra, call)
    places = {"domain": call.shown_domain}
    mode = call.sold.plan.suspend_mode
    changes = suspension.changes_to_suspend(domain, mode)
    if call.dry_run:
        told = [dry_run.change("modify", call.shown_domain, changes)] if changes else []
        return dry_run.reply(told)
    if not changes:
        return Reply("unchanged", "The mail domain %(domain)s is suspended already.", places)
    zimbra.modify_domain(domain.id, changes)
    if suspension.changes_to_suspend(domains.get_ours(zimbra, call), mode):
        raise Conflict("Zimbra did not keep the suspension of the domain %(domain)s.", **places)
    return Reply("updated", "The mail domain %(domain)s was suspended.", places)
