"""Create a mailbox: its address, name, limit and password, inside the plan's limits.

A form that was interrupted and is sent again finds its own mailbox: the address is held by a
mailbox that was made within the form's lifetime, and is only given what the form says.
"""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import creation, scope
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("New mailbox"),
    capability="mailboxes",
    page="mailbox_new",
    fields=(
        fields.local_part(
            "name",
            N_("Address"),
            hint=N_(
                "Letters without accents, digits, a dot, a hyphen and an underscore, such as"
                " anna.nowak."
            ),
        ),
        fields.text(
            "display_name",
            N_("Display name"),
            required=False,
            hint=N_("Recipients see it beside the address, such as Anna Nowak."),
        ),
        fields.choice("tier", N_("Mailbox plan"), required=False),
        fields.gigabytes("limit", N_("Limit of space"), hint=N_("0 means no limit of its own.")),
        fields.choice("password_kind", N_("Password"), creation.PASSWORD_KINDS),
        fields.password("password", N_("Password of the mailbox"), required=False),
        fields.checkbox("must_change", N_("Ask for a new password at the first log-in")),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the mailbox."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domain = scope.domain(zimbra, request, stamped, form.target)
    left = usage_reading.left_to_give_out(request, runtime, stamped)
    made = creation.make(zimbra, request, stamped, domain, form.values, left)
    return Outcome(
        "mailbox",
        N_("The mailbox %(address)s is ready."),
        {"address": shown_address(made.account.name)},
        {"id": made.account.id},
        code="created",
        secret=made.password,
    )
