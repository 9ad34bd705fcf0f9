"""Edit a room or a piece of equipment: its names, its place, how it answers."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import rooms
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("Change of a room or equipment"),
    capability="rooms",
    page="room",
    fields=(
        fields.choice("kind", N_("What is it"), rooms.KINDS),
        fields.text("display_name", N_("Name"), hint=N_("As people look for it when they invite.")),
        # Those that Zimbra made may bear names that we would not make.
        fields.text(
            "name", N_("Address"), most=64, hint=N_("The old address stops working at once.")
        ),
        fields.text("place", N_("Where it is"), required=False),
        fields.text("seats", N_("Seats"), required=False, most=7),
        fields.choice("answer", N_("Answer to invitations"), rooms.ANSWERS),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make it what the form says."""
    values = {**form.values, "name": form["name"].lower().partition("@")[0]}
    entry, changed = rooms.edit(runtime.zimbra(request), request, form.target, values)
    message = N_("%(address)s was changed.") if changed else N_("%(address)s is as it was.")
    code = "updated" if changed else "unchanged"
    address = {"address": shown_address(entry.name)}
    return Outcome("room", message, address, {"id": form.target}, code)
