"""Switch a mailing list on again, which an owner switched off in the webmail."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import lists

ACTION = Action(noun=N_("List switched on"), capability="lists", page="list")


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Let the list receive mail."""
    address, changed = lists.switch_on(runtime.zimbra(request), request, form.target)
    message = N_("The mailing list %(address)s receives mail.")
    code = "updated" if changed else "unchanged"
    return Outcome("list", message, {"address": address}, {"id": form.target}, code)
