"""Terminate, in the plan's mode: delete now, lock and delete after a grace period, or keep.

Deleting lists everything first and stops, with nothing lost, when any of it belongs to somebody
else. The domain is closed before its first mailbox goes, so that senders get their mail back
instead of losing it. It ends with Zimbra's own word that the domain is gone.
"""

from __future__ import annotations

from datetime import timedelta

from puq_zimbra.errors import Conflict
from puq_zimbra.model import Call, Reply
from puq_zimbra.provisioning import contents, domains, ownership, suspension
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """End the service."""
    assert call.service is not None
    zimbra = runtime.zimbra(call)
    domain = domains.find_ours(zimbra, call)
    places = {"domain": shown_domain(domains.name_of(call))}
    if domain is None:
        return Reply("already_gone", "The mail domain %(domain)s does not exist any more.", places)
    if call.service.plan.terminate.mode == "delete":
        return _delete(call, zimbra, domain, places)
    return _lock(call, zimbra, domain, places, runtime)


def _delete(call: Call, zimbra: Zimbra, domain: Entry, places: dict[str, str]) -> Reply:
    listed = contents.list_contents(zimbra, domain)
    contents.require_all_ours(listed, call)
    if call.dry_run:
        objects = [*(shown_address(entry.name) for entry in listed.everything()), places["domain"]]
        changes = [{"action": "delete", "object": name} for name in objects]
        return Reply(
            "unchanged", "Nothing was written: this was a dry run.", data={"changes": changes}
        )
    if changes_to_close := suspension.changes_to_suspend(domain, "closed"):
        zimbra.modify_domain(domain.id, changes_to_close)
    if domains.status_of(domain) == "suspended":
        # Zimbra refuses every change to accounts of a suspended domain, even to global admins.
        zimbra.modify_domain(domain.id, {"zimbraDomainStatus": "closed"})
    contents.delete(zimbra, domain, listed)
    if domains.find(zimbra, domains.name_of(call)) is not None:
        raise Conflict("The domain %(domain)s is still there: terminate it once more.", **places)
    return Reply("updated", "The mail domain %(domain)s and its mailboxes were deleted.", places)


def _lock(
    call: Call, zimbra: Zimbra, domain: Entry, places: dict[str, str], runtime: Runtime
) -> Reply:
    assert call.service is not None
    plan = call.service.plan
    grace = plan.terminate.mode == "grace"
    due = (runtime.now() + timedelta(days=plan.terminate.grace_days)).date() if grace else None
    changes = suspension.changes_to_suspend(domain, plan.suspend_mode, due)
    if changes and not call.dry_run:
        zimbra.modify_domain(domain.id, changes)
        domain = domains.get_ours(zimbra, call)
        if suspension.changes_to_suspend(domain, plan.suspend_mode, due):
            raise Conflict("Zimbra did not keep the suspension of the domain %(domain)s.", **places)
    code = "updated" if changes and not call.dry_run else "unchanged"
    if not grace:
        return Reply(code, "The mail domain %(domain)s is locked and its mail is kept.", places)
    purge_at = str(ownership.purge_at(domain) or due)
    return Reply(
        code,
        "The mail domain %(domain)s is locked and will be deleted on %(day)s.",
        {**places, "day": purge_at},
        data={"purge_at": purge_at},
    )
