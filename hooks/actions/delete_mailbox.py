"""Delete a mailbox of the bin for good, once its whole address was typed."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("Deletion of a mailbox"),
    capability="mailboxes",
    page="mailbox_purge",
    fields=(fields.address("typed", N_("Type the address of the mailbox to confirm")),),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Delete the mailbox with all of its mail."""
    zimbra = runtime.zimbra(request)
    name, written = bins.delete_by_id(zimbra, request, form.target, form["typed"], runtime.now())
    code = "updated" if written else "already_gone"
    message = N_("%(address)s was deleted for good.")
    return Outcome("bin", message, {"address": shown_address(name)}, code=code)
