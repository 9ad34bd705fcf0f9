"""Create a mailing list with its first members."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import lists
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("New list"),
    capability="lists",
    page="list_new",
    fields=(
        fields.local_part("name", N_("Address"), hint=N_("What stands before the @.")),
        fields.text("display_name", N_("Display name"), required=False),
        fields.addresses(
            "members",
            N_("Members"),
            required=False,
            hint=N_("One in each line. They may be outside the company."),
        ),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the list."""
    made = lists.create(runtime.zimbra(request), request, form.target, form.values)
    return Outcome(
        "list",
        N_("The mailing list %(address)s was created."),
        {"address": shown_address(made.name)},
        {"id": made.id},
        code="created",
    )
