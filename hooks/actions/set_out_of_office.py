"""Set a mailbox's out-of-office reply, or switch it off."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.clientarea.views import time_zone
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import out_of_office

ACTION = Action(
    noun=N_("Change of the out-of-office reply"),
    capability="out_of_office",
    page="mailbox",
    fields=(
        fields.checkbox("on", N_("Reply automatically")),
        fields.day("first_day", N_("From"), required=False),
        fields.day("last_day", N_("Until"), required=False),
        fields.long_text("text", N_("Text of the reply"), most=out_of_office.MOST, required=False),
        fields.long_text(
            "outside_text",
            N_("Another text for people outside the domain"),
            most=out_of_office.MOST,
            required=False,
        ),
    ),
    models=frozenset({"domain", "mailbox", "server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the reply what the form says."""
    address = out_of_office.apply(
        runtime.zimbra(request), request, form.target, form.values, time_zone(request.time_zone)
    )
    on = N_("The out-of-office reply of %(address)s is on.")
    message = on if form["on"] else N_("The out-of-office reply of %(address)s is off.")
    return Outcome("mailbox", message, {"address": address}, {"id": form.target})
