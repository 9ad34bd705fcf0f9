"""Suspend: shut the domain as the plan says, and note in Zimbra what to go back to."""

from __future__ import annotations

from puq_zimbra.errors import Conflict
from puq_zimbra.model import Call, Reply
from puq_zimbra.provisioning import domains, suspension
from puq_zimbra.units import shown_domain

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Make the service suspended."""
    assert call.service is not None
    zimbra = runtime.zimbra(call)
    domain = domains.get_ours(zimbra, call)
    places = {"domain": shown_domain(domains.name_of(call))}
    mode = call.service.plan.suspend_mode
    changes = suspension.changes_to_suspend(domain, mode)
    if not changes:
        return Reply("unchanged", "The mail domain %(domain)s is suspended already.", places)
    if call.dry_run:
        return Reply(
            "unchanged",
            "Nothing was written: this was a dry run.",
            data={"changes": [{"action": "suspend", "object": places["domain"]}]},
        )
    zimbra.modify_domain(domain.id, changes)
    if suspension.changes_to_suspend(domains.get_ours(zimbra, call), mode):
        raise Conflict("Zimbra did not keep the suspension of the domain %(domain)s.", **places)
    return Reply("updated", "The mail domain %(domain)s was suspended.", places)
