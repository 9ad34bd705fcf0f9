"""Restore a mailbox from the bin exactly as it was."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("Mailbox back from the bin"),
    capability="mailboxes",
    page="bin",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Take the mailbox out of the bin."""
    account, written = bins.take_out_by_id(runtime.zimbra(request), request, form.target)
    code = "updated" if written else "unchanged"
    message = N_("%(address)s was restored as it was.")
    values = {"address": shown_address(account.name)}
    return Outcome("mailbox", message, values, {"id": account.id}, code)
