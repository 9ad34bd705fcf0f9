"""Add a further address to a mailbox."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import aliases

ACTION = Action(
    noun=N_("New alias"),
    capability="aliases",
    page="mailbox",
    fields=(fields.local_part("name", N_("New alias")),),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the mailbox have the alias."""
    alias = aliases.add(runtime.zimbra(request), request, form.target, form["name"], "")
    message = N_("The alias %(alias)s was added.")
    return Outcome("mailbox", message, {"alias": alias}, {"id": form.target})
