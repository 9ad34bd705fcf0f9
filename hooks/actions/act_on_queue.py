"""Hold, release, send again or delete a message that waits in a queue of a private server."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import queues

OPERATIONS = {
    "requeue": N_("Try again"),
    "hold": N_("Hold"),
    "release": N_("Release"),
    "delete": N_("Delete"),
}
_DONE = {
    "requeue": N_("Zimbra tries again to deliver the message."),
    "hold": N_("The message is held until you release it."),
    "release": N_("The message is released: Zimbra goes on delivering it."),
    "delete": N_("The message was deleted."),
}
ACTION = Action(
    noun=N_("Change of a waiting message"),
    capability="queue",
    page="queue",
    fields=(fields.choice("op", N_("What to do"), OPERATIONS),),
    models=frozenset({"server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Do it, if the message is still there."""
    message = queues.act(runtime.zimbra(request), request, form.target, form["op"])
    query = {"queue": form.target.partition(":")[0]}
    if message is None:
        said = N_("The message is not in this queue any more.")
        return Outcome("queue", said, query=query, code="unchanged")
    values = {"name": message.recipients[:100]}
    return Outcome("queue", _DONE[form["op"]], values, query)
