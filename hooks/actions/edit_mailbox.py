"""Edit a mailbox: its address, the name that recipients see, its limit, whether it is listed."""

from __future__ import annotations

from functools import partial

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import editing

ACTION = Action(
    noun=N_("Change of a mailbox"),
    capability="mailboxes",
    page="mailbox",
    fields=(
        fields.local_part("name", N_("Address"), hint=N_("The old address stops working at once.")),
        fields.text("display_name", N_("Display name"), required=False),
        fields.choice("tier", N_("Mailbox plan"), required=False),
        fields.gigabytes("limit", N_("Limit of space"), hint=N_("0 means no limit of its own.")),
        fields.checkbox("hidden", N_("Not shown in the address book of the domain")),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the mailbox what the form says."""
    left = partial(usage_reading.left_to_give_out, request, runtime)
    zimbra = runtime.zimbra(request)
    address, changed = editing.apply(zimbra, request, form.target, form.values, left)
    message = N_("%(address)s was changed.") if changed else N_("%(address)s is as it was.")
    code = "updated" if changed else "unchanged"
    return Outcome("mailbox", message, {"address": address}, {"id": form.target}, code)
