"""Carry on a change of many mailboxes now, with the time that is left of this request."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import imports
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request

ACTION = Action(
    noun=N_("Continuation of a change"),
    capability="mailboxes",
    page="change_progress",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Go on after this form's own operation has ended."""
    imports.go_on_now(request, runtime, form.target)
    message = N_("The change goes on.")
    return Outcome(ACTION.page, message, query={"id": form.target}, code="unchanged")
