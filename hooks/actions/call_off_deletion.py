"""Call off the service's deletion while it waits for it; the operation is that of `restore`."""

from __future__ import annotations

from puq_zimbra.hooks import restore

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request

ACTION = Action(
    noun=N_("Termination called off"),
    capability="call_off",
    page="overview",
    models=frozenset({"domain", "mailbox", "server"}),
    event="restore",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Give the service back the status that it had before its termination."""
    reply = restore.run(request, runtime)
    return Outcome("overview", reply.message, reply.values, code=reply.code)
