"""Change package: bring the service's limits to the new plan, and delete nothing.

A limit that is lowered below what is held or used is refused with the numbers and the mailboxes
that block it; one that is not lowered refuses nothing, whatever was over it before.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import admins, changes, ownership, plans
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import Changes
from puq_zimbra.registry.hook import PACKAGE, SERVICE, WHOLE_PLAN, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.usage import measure
from puq_zimbra.zimbra.answers import Entry

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={PACKAGE},
    whmcs=("ChangePackage",),
    plan=WHOLE_PLAN,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make the service hold the plan."""
    zimbra, product = runtime.zimbra(request), products.of(request)
    stamped = products.get(zimbra, request)
    ownership.require_named(stamped, request)
    ownership.require_created(stamped)
    cos = plans.class_of_service(zimbra, request.purchase.plan)
    everything = products.everything(zimbra, request, stamped)
    product.require_granted(zimbra, request, cos)
    held = measure.held_by(zimbra, request.stamp, everything)
    before = product.limits_before(stamped, held.tally.system_accounts)
    lowered = plans.lowered(request.purchase, before)
    plans.require_none(product.refusals(zimbra, lowered, everything, held.mailboxes))
    needed = product.changes_to_fit(request, stamped, cos, held.tally.system_accounts)
    too_small = products.class_too_small(zimbra, request, stamped, needed, held.mailboxes)
    plans.require_none(too_small)
    found = product.administrators(zimbra, request, stamped)
    steps = _steps(request, stamped, needed, found[0] if len(found) == 1 else None)
    if request.dry_run:
        return changes.tell(steps)
    written, _ = changes.apply(zimbra, steps)
    values = {"name": request.shown_name}
    if not written:
        return Reply("unchanged", "The service %(name)s holds this plan already.", values)
    fresh = ownership.again(zimbra, request, stamped)
    left = product.changes_to_fit(request, fresh, cos, held.tally.system_accounts)
    changes.require_kept(
        _steps(request, fresh, left, None),
        lambda change: Conflict(
            "Zimbra did not keep %(attributes)s of %(name)s as written.",
            attributes=", ".join(sorted(change.attributes)),
            **values,
        ),
    )
    return Reply("updated", "The service %(name)s has its new plan.", values)


def _steps(request: Request, stamped: Entry, needed: Changes, admin: Entry | None) -> Steps[None]:
    """Bring the service to the plan, and its administrator's quota guide."""
    if needed:
        yield changes.modify(stamped, needed)
    if admin and (guide := admins.guide_changes(admin, request.purchase.plan)):
        yield changes.modify(admin, guide)
