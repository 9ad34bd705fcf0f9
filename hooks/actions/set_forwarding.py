"""Set a mailbox's forwarding: to whom, and whether a copy stays; nothing = none."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import forwarding

ACTION = Action(
    noun=N_("Change of the forwarding"),
    capability="forwarding",
    page="mailbox",
    fields=(
        fields.addresses(
            "to",
            N_("Addresses that the mail goes to"),
            required=False,
            hint=N_("One address in each line. An empty field ends the forwarding."),
        ),
        fields.checkbox(
            "keep_copy",
            N_("Keep a copy in this mailbox"),
            hint=N_("Without it new messages are not in this mailbox any more."),
        ),
    ),
    models=frozenset({"domain", "mailbox", "server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the forwarding what the form says."""
    address = forwarding.apply(runtime.zimbra(request), request, form.target, form.values)
    on = N_("Mail to %(address)s is forwarded.")
    message = on if form["to"] else N_("Mail to %(address)s is not forwarded any more.")
    return Outcome("mailbox", message, {"address": address}, {"id": form.target})
