"""Delete a room or a piece of equipment, once its whole address was typed: it has no bin."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import rooms

ACTION = Action(
    noun=N_("Deletion of a room or equipment"),
    capability="rooms",
    page="room_delete",
    fields=(fields.address("typed", N_("Type the whole address")),),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Delete it with its calendar."""
    zimbra = runtime.zimbra(request)
    address, written = rooms.delete(zimbra, request, form.target, form["typed"])
    code = "updated" if written else "already_gone"
    return Outcome("rooms", N_("%(address)s was deleted."), {"address": address}, code=code)
