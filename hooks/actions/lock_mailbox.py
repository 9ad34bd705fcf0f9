"""Lock a mailbox: nobody logs in, mail still arrives, and who is inside is signed out."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import access

ACTION = Action(
    noun=N_("Lock of a mailbox"),
    capability="mailboxes",
    page="mailbox",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the mailbox locked."""
    address = access.lock(runtime.zimbra(request), request, form.target)
    message = N_("%(address)s is locked: nobody can log in, and mail still arrives.")
    return Outcome("mailbox", message, {"address": address}, {"id": form.target})
