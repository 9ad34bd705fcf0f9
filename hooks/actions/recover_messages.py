"""Put deleted messages back into a mailbox's inbox."""

from __future__ import annotations

import re

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import recovery

ACTION = Action(
    noun=N_("Recovery of messages"),
    capability="recover",
    page="recover",
    models=frozenset({"domain", "mailbox", "server"}),
)
#: a message's box to tick
BOX = re.compile(r"puqz_m([0-9]{1,10})", re.ASCII)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Put the chosen messages back."""
    ticked = (BOX.fullmatch(name) for name, value in form.sent.items() if value)
    chosen = {match[1] for match in ticked if match}
    zimbra = runtime.zimbra(request)
    address, number = recovery.recover(zimbra, request, form.target, chosen)
    message = N_("These messages are in %(address)s again, or are kept no more.")
    if number:
        message = N_("Messages put back into the inbox of %(address)s: %(number)s.")
    values = {"address": address, "number": number}
    code = "updated" if number else "unchanged"
    return Outcome("recover", message, values, {"id": form.target}, code)
