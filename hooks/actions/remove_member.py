"""Take an address off a mailing list."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import lists

ACTION = Action(
    noun=N_("Member taken off a list"),
    capability="lists",
    page="list",
    fields=(fields.text("member", N_("Member"), most=400),),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the address no member."""
    member = form["member"]
    address, held = lists.remove_member(runtime.zimbra(request), request, form.target, member)
    message = N_("%(member)s is not on the list %(address)s any more.")
    values = {"member": member, "address": address}
    code = "updated" if held else "unchanged"
    return Outcome("list", message, values, {"id": form.target}, code)
