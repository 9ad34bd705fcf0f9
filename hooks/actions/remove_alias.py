"""Remove a further address from a mailbox."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import aliases

ACTION = Action(
    noun=N_("Removal of an alias"),
    capability="aliases",
    page="mailbox",
    fields=(fields.address("alias", N_("Alias")),),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the mailbox lack the alias."""
    alias = aliases.remove(runtime.zimbra(request), request, form.target, form["alias"])
    message = N_("The alias %(alias)s was removed.")
    return Outcome("mailbox", message, {"alias": alias}, {"id": form.target})
