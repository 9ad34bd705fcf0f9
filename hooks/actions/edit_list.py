"""Edit a mailing list: address, name, who may send, owners, replies, whether it is listed."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import lists, senders
from puq_zimbra.units import shown_address

ACTION = Action(
    noun=N_("Change of a list"),
    capability="lists",
    page="list",
    fields=(
        # Lists that Zimbra made may bear names that we would not make.
        fields.text(
            "name", N_("Address"), most=64, hint=N_("The old address stops working at once.")
        ),
        fields.text("display_name", N_("Display name"), required=False),
        fields.choice("who", N_("Who may send to the list"), senders.WHO),
        fields.addresses("senders", N_("Addresses, one in each line"), required=False),
        fields.addresses(
            "owners",
            N_("Owners"),
            required=False,
            hint=N_("They can add and remove members themselves in the webmail."),
        ),
        fields.address(
            "reply_to",
            N_("Replies go to"),
            required=False,
            hint=N_("Empty means: to the sender of the message."),
        ),
        fields.checkbox("hidden", N_("Do not show the list in the company's address book")),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the list what the form says."""
    values = {**form.values, "name": form["name"].lower().partition("@")[0]}
    entry, changed = lists.edit(runtime.zimbra(request), request, form.target, values)
    message = N_("%(address)s is as it was.")
    if changed:
        message = N_("The mailing list %(address)s was changed.")
    address = {"address": shown_address(entry.name)}
    code = "updated" if changed else "unchanged"
    return Outcome("list", message, address, {"id": entry.id}, code)
