"""Say whose mail a mailbox takes without a check for spam, and whose counts as spam."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import allow_block

ACTION = Action(
    noun=N_("Change of trusted and blocked senders"),
    capability="allow_block",
    page="allow_block",
    fields=(
        fields.long_text(
            "allow",
            N_("Trusted senders"),
            required=False,
            hint=N_("Their messages are not checked for spam."),
        ),
        fields.long_text(
            "block",
            N_("Blocked senders"),
            required=False,
            hint=N_("Their messages count as spam."),
        ),
    ),
    models=frozenset({"domain", "mailbox", "server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Let the mailbox have those lists."""
    zimbra = runtime.zimbra(request)
    address, changed = allow_block.apply(zimbra, request, form.target, form.values)
    message = N_("%(address)s is as it was.")
    if changed:
        message = N_("The trusted and blocked senders of %(address)s were saved.")
    code = "updated" if changed else "unchanged"
    return Outcome("allow_block", message, {"address": address}, {"id": form.target}, code)
