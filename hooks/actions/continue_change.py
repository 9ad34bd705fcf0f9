"""Carry on a change of many mailboxes now, with the time that is left of this request.

For a host whose Zimbra the settings know no credentials of: only its own requests can go on.
"""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import operations
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope

ACTION = Action(
    noun=N_("Continuation of a change"),
    capability="mailboxes",
    page="change_progress",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Go on after this form's own operation has ended."""
    scope.open_service(runtime.zimbra(request), request)
    bulk = runtime.store().bulk
    upload = bulk.get(request.installation_id, request.purchase.id, form.target)
    if upload.operation is not None and upload.ended_at is None:
        operations.go_on_with(upload.operation)
    message = N_("The change goes on.")
    return Outcome("change_progress", message, query={"id": form.target}, code="unchanged")
