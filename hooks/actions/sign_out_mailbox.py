"""Sign a mailbox out everywhere: every session and every device must log in anew."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import access

ACTION = Action(
    noun=N_("Sign-out everywhere"),
    capability="mailboxes",
    page="mailbox",
    models=frozenset({"domain", "mailbox", "server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """End every session of the mailbox."""
    address = access.sign_out(runtime.zimbra(request), request, form.target)
    message = N_("%(address)s was signed out everywhere.")
    return Outcome("mailbox", message, {"address": address}, {"id": form.target})
