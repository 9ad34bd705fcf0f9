"""Make the mailboxes of an import that a customer, or staff, started.

The rows are in the store, and so is what became of each. It goes on in `serve`'s background and in
`puq-zimbra work`, lets other requests of the service run between its writes, and nothing but a
termination takes its place.

Source: design of the hook door, "Aspects" (a bulk operation); recorded batches of a genuine server.
"""

from __future__ import annotations

from functools import partial

from puq_zimbra.engine import operations
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import creation, limits, scope
from puq_zimbra.selfservice.bulk import preview
from puq_zimbra.selfservice.bulk.rows import Wanted
from puq_zimbra.selfservice.bulk.run import Import
from puq_zimbra.store.bulk import GONE, Upload

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={"bulk"},
    in_turns=True,
    audience="customer",
    public=False,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Make the rows that wait still."""
    bulk = runtime.store().bulk
    upload = bulk.of_operation(operations.reference_at_hand())
    if upload is None:
        raise NotFound(GONE)
    waiting = {one.line for one in bulk.outcomes(upload) if one.outcome == "waiting"}
    rows = [Wanted.kept(one) for one in upload.rows]
    _import(request, runtime, upload).carry_out([one for one in rows if one.line in waiting])
    made = {one.line for one in bulk.outcomes(upload) if one.outcome == "created"}
    generated = [one for one in rows if one.generated and one.line in made]
    bulk.end(upload, [(one.address, one.password) for one in generated])
    counts = bulk.counts(upload)
    values = {key: counts.get(key, 0) for key in ("created", "changed", "failed")}
    message = N_("Mailboxes created: %(created)s, changed: %(changed)s, failed: %(failed)s.")
    return Reply("updated", message, values, data={"import": upload.id, **values})


def _import(request: Request, runtime: Runtime, upload: Upload) -> Import:
    """The import, with what the plan still allows."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domains = preview.domains_of(zimbra, request, stamped)
    most, left = request.purchase.plan.mailboxes, None
    if most is not None:
        left = most - limits.seats(zimbra, domains.values())

    def breathe() -> None:
        if operations.breathe():  # it may have been suspended meanwhile
            scope.open_service(zimbra, request)

    marks = frozenset(key for one in domains.values() for key in bins.marks(one))
    return Import(
        zimbra,
        mark=f"{creation.FORM}{upload.id}",
        domain=next(iter(domains)) if len(domains) == 1 else None,
        seats=left,
        most=most,
        in_bin=marks,
        note=partial(runtime.store().bulk.note, upload),
        breathe=breathe,
    )
