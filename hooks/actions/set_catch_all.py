"""Say where mail goes that is sent to addresses which do not exist."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import catch_all

KINDS = {
    "return": N_("Return it to the sender"),
    "deliver": N_("Deliver it to a chosen mailbox"),
}
ACTION = Action(
    noun=N_("Change of the catch-all"),
    capability="catch_all",
    page="lists",
    fields=(
        fields.choice("catch", N_("Mail to addresses that do not exist"), KINDS),
        fields.address("box", N_("Mailbox"), required=False),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Let the mailbox, or none, catch the domain's mail."""
    box = form["box"] if form["catch"] == "deliver" else None
    if form["catch"] == "deliver" and box is None:
        raise fields.wrong("box", N_("Choose a mailbox."))
    name, address, changed = catch_all.set_to(runtime.zimbra(request), request, form.target, box)
    message = N_("Mail to addresses of %(domain)s that do not exist is returned to its sender.")
    if address is not None:
        message = N_("Mail to addresses of %(domain)s that do not exist goes to %(address)s.")
    values = {"domain": name, "address": address or ""}
    query = {"domain": form.target} if form.target else {}
    return Outcome("lists", message, values, query, "updated" if changed else "unchanged")
