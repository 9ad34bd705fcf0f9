"""Create a room or a piece of equipment, which people invite to meetings."""

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
    noun=N_("New room or equipment"),
    capability="rooms",
    page="room_new",
    fields=(
        fields.choice("kind", N_("What is it"), rooms.KINDS),
        fields.text("display_name", N_("Name"), hint=N_("As people look for it when they invite.")),
        fields.local_part("name", N_("Address"), hint=N_("What stands before the @.")),
        fields.text("place", N_("Where it is"), required=False),
        fields.text("seats", N_("Seats"), required=False, most=7),
        fields.choice(
            "answer",
            N_("Answer to invitations"),
            {key: rooms.ANSWERS[key] for key in rooms.OFFERED},
        ),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the room or the piece of equipment."""
    made = rooms.create(runtime.zimbra(request), request, form.target, form.values)
    return Outcome(
        "room",
        N_("%(address)s is ready: invite it to a meeting to book it."),
        {"address": shown_address(made.name)},
        {"id": made.id},
        code="created",
    )
