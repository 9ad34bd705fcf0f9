"""Suspend: shut the service as the plan says, and note in Zimbra what to go back to.

Sessions by single sign-on end with it. Of a private server the first domain bears the mark of the
suspension; the others are shut, and marked, where they were open.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra import products
from puq_zimbra.engine import opened
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import changes, ownership, sessions, suspension
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import Changes, kind_of, status_of
from puq_zimbra.registry.hook import ACCESS, SERVICE, SUSPENSION, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={ACCESS},
    accepts_unmarked=True,
    whmcs=("SuspendAccount",),
    plan={SUSPENSION},
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make the service suspended."""
    zimbra = runtime.zimbra(request)
    stamped = products.get(zimbra, request)
    ownership.require_created(stamped)
    request = products.as_found(request, stamped)
    values = {"name": request.shown_name}
    if request.dry_run:
        return changes.tell(steps(request, zimbra, stamped))
    changed = shut(request, zimbra, stamped)
    opened.end(request, runtime, stamped)
    if not changed:
        return Reply("unchanged", "The service %(name)s is suspended already.", values)
    return Reply("updated", "The service %(name)s was suspended.", values)


def shut(
    request: Request,
    zimbra: Zimbra,
    stamped: Entry,
    purge_at: date | None = None,
    *,
    keep: bool = False,
) -> bool:
    """Carry out `steps`; whether anything was written.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    written, _ = changes.apply(zimbra, steps(request, zimbra, stamped, purge_at, keep=keep))
    if written:
        fresh = ownership.again(zimbra, request, stamped)
        changes.require_kept(
            steps(request, zimbra, fresh, purge_at, keep=keep),
            lambda _: Conflict(
                "Zimbra did not keep the suspension of %(name)s.", name=request.shown_name
            ),
        )
    return bool(written)


def steps(
    request: Request,
    zimbra: Zimbra,
    stamped: Entry,
    purge_at: date | None = None,
    *,
    keep: bool = False,
) -> Steps[None]:
    """Shut all that the service is, with the day of its deletion, and then end its sessions."""
    asks_to_end = sessions.are_to_end(stamped)
    for entry, needed in _needed(request, zimbra, stamped, purge_at, keep):
        yield changes.modify(entry, needed)
        added = needed.get("+" + kind_of(entry).words, [])
        asks_to_end = asks_to_end or (entry.id == stamped.id and ownership.SIGN_OUT in added)
    if asks_to_end:
        yield from sessions.ended(zimbra, request, stamped)


def _needed(
    request: Request, zimbra: Zimbra, stamped: Entry, purge_at: date | None, keep: bool
) -> list[tuple[Entry, Changes]]:
    product, mode = products.of(request), request.purchase.plan.suspend_mode
    needed = suspension.changes_to_suspend(
        stamped, mode, purge_at, keep=keep, reason=request.reason
    )
    found = [(stamped, product.with_sign_out(stamped, needed))]
    for entry in product.everything(zimbra, stamped)[1:]:
        if status_of(entry) == "active" or ownership.was(entry) is not None:
            found.append((entry, suspension.changes_to_suspend(entry, mode)))
    return [(entry, needed) for entry, needed in found if needed]
