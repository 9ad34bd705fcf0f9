"""Terminate, in the plan's mode: delete now, lock and delete after a grace period, or keep.

Deleting lists everything first and stops, with nothing lost, when any of it belongs to somebody
else. The domain is closed before its first mailbox goes, so that senders get their mail back
instead of losing it. It ends with Zimbra's own word that the domain is gone.
"""

from __future__ import annotations

from datetime import timedelta

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import contents, domains, ownership, stamped, suspension
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import dry_run
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """End the service."""
    zimbra = runtime.zimbra(call)
    domain = domains.find_ours(zimbra, call)
    if domain is None:
        stamped.refuse_if_elsewhere(zimbra, call)
        return Reply(
            "already_gone",
            "The mail domain %(domain)s does not exist any more.",
            {"domain": call.shown_domain},
        )
    if call.sold.plan.terminate.mode == "delete":
        return delete(call, zimbra, domain)
    return _lock(call, zimbra, domain, runtime)


def delete(call: Call, zimbra: Zimbra, domain: Entry) -> Reply:
    """Delete the service's domain, which was read as ours, with everything in it.

    Raises:
        Conflict: something in it is somebody else's; nothing was deleted.
    """
    places = {"domain": call.shown_domain}
    listed = contents.list_contents(zimbra, domain)
    contents.require_all_ours(listed, call)
    if call.dry_run:
        names = [*(shown_address(entry.name) for entry in listed.everything()), call.shown_domain]
        return dry_run.reply(dry_run.change("delete", name) for name in names)
    if changes := suspension.changes_to_delete(domain):
        zimbra.modify_domain(domain.id, changes)
    contents.delete(zimbra, domain, listed)
    if domains.find(zimbra, call.domain) is not None:
        raise Conflict("The domain %(domain)s is still there: terminate it once more.", **places)
    return Reply("updated", "The mail domain %(domain)s and its mailboxes were deleted.", places)


def _lock(call: Call, zimbra: Zimbra, domain: Entry, runtime: Runtime) -> Reply:
    ownership.require_whole(domain)
    plan = call.sold.plan
    grace = plan.terminate.mode == "grace"
    due = (runtime.now() + timedelta(days=plan.terminate.grace_days)).date() if grace else None
    changes = suspension.changes_to_suspend(domain, plan.suspend_mode, due, keep=not grace)
    if call.dry_run:
        told = [dry_run.change("modify", call.shown_domain, changes)] if changes else []
        return dry_run.reply(told)
    places = {"domain": call.shown_domain}
    if changes:
        zimbra.modify_domain(domain.id, changes)
        domain = domains.get_ours(zimbra, call)
        if suspension.changes_to_suspend(domain, plan.suspend_mode, due, keep=not grace):
            raise Conflict("Zimbra did not keep the suspension of the domain %(domain)s.", **places)
    code = "updated" if changes else "unchanged"
    if not grace:
        return Reply(code, "The mail domain %(domain)s is locked and its mail is kept.", places)
    purge_at = str(ownership.purge_at(domain))
    return Reply(
        code,
        "The mail domain %(domain)s is locked and will be deleted on %(day)s.",
        {**places, "day": purge_at},
        data={"purge_at": purge_at},
    )
