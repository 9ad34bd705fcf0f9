"""Put addresses on a mailing list."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import lists

ACTION = Action(
    noun=N_("Members put on a list"),
    capability="lists",
    page="list",
    fields=(
        fields.addresses(
            "members",
            N_("Add addresses"),
            hint=N_("One in each line. They may be outside the company."),
        ),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the addresses members; those that are stay."""
    zimbra = runtime.zimbra(request)
    address, number = lists.add_members(zimbra, request, form.target, form["members"])
    message = N_("Added to the list %(address)s: %(number)s.")
    if not number:
        message = N_("These addresses are on the list %(address)s already.")
    values = {"address": address, "number": number}
    code = "updated" if number else "unchanged"
    return Outcome("list", message, values, {"id": form.target}, code)
