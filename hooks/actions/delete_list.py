"""Delete a mailing list, once its whole address was typed: a list has no bin."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import lists

ACTION = Action(
    noun=N_("Deletion of a list"),
    capability="lists",
    page="list_delete",
    fields=(fields.address("typed", N_("Type the whole address")),),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Delete the list; its members keep their mailboxes."""
    zimbra = runtime.zimbra(request)
    address, written = lists.delete(zimbra, request, form.target, form["typed"])
    code = "updated" if written else "already_gone"
    message = N_("The mailing list %(address)s was deleted.")
    return Outcome("lists", message, {"address": address}, code=code)
