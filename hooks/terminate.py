"""Terminate, in the plan's mode: delete now, lock and delete after a grace period, or keep.

A plan that names no mode means grace, of 14 days where it names none: a mistaken click must not
cost a customer's mail.

Deleting lists everything first and stops, with nothing lost, when any of it belongs to another
service; then the service is read once more, for listing may have taken a while. A domain is closed
before its first mailbox goes, so that senders get their mail back instead of losing it. It ends
with Zimbra's own word that the service is gone. A private server is kept unless its plan says
otherwise, and its administrators' own domain always is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from puq_zimbra import products
from puq_zimbra.engine import opened
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Conflict
from puq_zimbra.provisioning import changes, clock, deletion, domains, ownership
from puq_zimbra.provisioning.entries import shown_name
from puq_zimbra.registry.hook import ENDING, EVERYTHING, SERVICE, SUSPENSION, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

from . import suspend

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects=EVERYTHING,
    ends_service=True,
    is_final=True,
    changes_list=True,
    whmcs=("TerminateAccount",),
    plan={SUSPENSION, ENDING},
)


def run(request: Request, runtime: Runtime) -> Reply:
    """End the service."""
    zimbra = runtime.zimbra(request)
    stamped = products.find(zimbra, request)
    if stamped is None:
        return gone(request)
    ownership.require_named(stamped, request)
    if request.purchase.terminate_mode == "delete":
        return delete(request, runtime, stamped)
    return _lock(request, zimbra, stamped, runtime)


def gone(request: Request) -> Reply:
    """The reply for a service that is not there."""
    values = {"name": request.shown_name}
    return Reply("already_gone", "The service %(name)s does not exist any more.", values)


def _let_pass(_: Entry) -> None: ...


def delete(
    request: Request, runtime: Runtime, stamped: Entry, require: Callable[[Entry], None] = _let_pass
) -> Reply:
    """Delete what the service is, with everything in it.

    ``require`` sees the stamped object right before the first deletion; it raises to keep it.

    Raises:
        Conflict: something in it is another service's, and nothing was deleted; or Zimbra cannot
            delete something.
        Misconfigured: a clock is wrong.
    """
    zimbra = runtime.zimbra(request)
    clock.require_right(zimbra, runtime.now())
    going, kept = _going(request, zimbra, stamped)

    def failures(identity: str, code: str) -> int:
        operations, service = runtime.store().operations, request.purchase.id
        return operations.failures(request.installation_id, service, identity, code)

    listed = deletion.list_contents(zimbra, going)
    deletion.require_all_ours(going, listed, request)
    if request.dry_run:
        return changes.tell(deletion.deleted(zimbra, going, listed, failures))
    going = _read_again(request, zimbra, going, require)
    changes.apply(zimbra, deletion.deleted(zimbra, going, listed, failures))
    values = {"name": request.shown_name}
    if products.find(zimbra, request) is not None:
        raise Conflict("%(name)s is still there: terminate it once more.", **values)
    message = N_("The service %(name)s was deleted with all of its mail.")
    return Reply("updated", message, values, data={"kept": kept} if kept else {})


def _read_again(
    request: Request, zimbra: Zimbra, going: list[Entry], require: Callable[[Entry], None]
) -> list[Entry]:
    """What is deleted, as it is now that its contents were listed.

    Raises:
        Conflict: other objects belong to the service now.
    """
    stamped = ownership.again(zimbra, request, going[-1])
    ownership.require_named(stamped, request)
    require(stamped)
    fresh, _ = _going(request, zimbra, stamped)
    if {one.id for one in fresh} != {one.id for one in going}:
        raise Conflict(
            "What belongs to %(name)s changed while it was looked at, and nothing was deleted:"
            " terminate it once more.",
            name=request.shown_name,
        )
    return fresh


def _going(request: Request, zimbra: Zimbra, stamped: Entry) -> tuple[list[Entry], list[str]]:
    """What is deleted, the stamped object last, and the names of what is kept.

    A private server's global administrators, ours among them, live in one of its domains.
    """
    beside = products.everything(zimbra, request, stamped)[1:]
    kept = [one for one in beside if domains.holds_a_global_administrator(zimbra, one)]
    # Zimbra keeps the shell of a domain that still has sub-domains: those go first.
    going = sorted((one for one in beside if one not in kept), key=lambda one: -one.name.count("."))
    return [*going, stamped], [shown_name(one) for one in kept]


def _lock(request: Request, zimbra: Zimbra, stamped: Entry, runtime: Runtime) -> Reply:
    ownership.require_whole(stamped)
    grace = request.purchase.terminate_mode == "grace"
    if grace:
        clock.require_right(zimbra, runtime.now())
    days = timedelta(days=request.purchase.grace_days)
    due = (runtime.now() + days).date() if grace else None
    if request.dry_run:
        return changes.tell(suspend.steps(request, zimbra, stamped, due, keep=not grace))
    changed = suspend.shut(request, zimbra, stamped, due, keep=not grace)
    opened.end(request, runtime, stamped)
    code = "updated" if changed else "unchanged"
    values = {"name": request.shown_name}
    locked = [shown_name(one) for one in products.everything(zimbra, request, stamped)]
    if not grace:
        message = N_("The service %(name)s is locked and its mail is kept.")
        return Reply(code, message, values, data={"locked": locked})
    purge_at = str(ownership.purge_at(ownership.again(zimbra, request, stamped)))
    return Reply(
        code,
        "The service %(name)s is locked and will be deleted on %(day)s.",
        {**values, "day": purge_at},
        data={"purge_at": purge_at, "locked": locked},
    )
