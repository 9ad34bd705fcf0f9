"""Change the mailboxes that a customer's search had found.

Their ids are in the store, and so is what became of each. It goes on in `serve`'s background and in
`puq-zimbra work`, lets other requests of the service run between its writes, and nothing but a
termination takes its place.

Source: design of the hook door, "Aspects" (a bulk operation).
"""

from __future__ import annotations

from functools import partial

from puq_zimbra.engine import operations
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import many

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={"bulk"},
    in_turns=True,
    audience="customer",
    public=False,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Change those that wait still."""
    bulk, zimbra = runtime.store().bulk, runtime.zimbra(request)
    upload = bulk.of_operation(operations.reference_at_hand())
    if upload is None:
        raise NotFound("This change is not there any more.")
    scope.open_service(zimbra, request)

    def breathe() -> None:
        if operations.breathe():  # it may have been suspended meanwhile
            scope.open_service(zimbra, request)

    waiting = {one.line for one in bulk.outcomes(upload) if one.outcome == "waiting"}
    rows = [row for row in upload.rows if row["line"] in waiting]
    note = partial(bulk.note, upload)
    many.carry_out(zimbra, request, rows, runtime.now, note, breathe)
    bulk.end(upload, [])
    counts = bulk.counts(upload)
    left = counts.get("same", 0) + counts.get("failed", 0)
    values = {"changed": counts.get("changed", 0), "left": left}
    message = N_("Mailboxes changed: %(changed)s. Left as they were: %(left)s.")
    return Reply("updated", message, values, data={"change": upload.id, **values})
