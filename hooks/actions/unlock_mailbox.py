"""Unlock a mailbox that was locked here, by an administrator, or after wrong passwords."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import access

ACTION = Action(
    noun=N_("Unlock of a mailbox"),
    capability="mailboxes",
    page="mailbox",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the mailbox active."""
    address = access.unlock(runtime.zimbra(request), request, form.target)
    message = N_("%(address)s is unlocked.")
    return Outcome("mailbox", message, {"address": address}, {"id": form.target})
