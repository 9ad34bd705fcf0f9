"""Lock, unlock, sign out or put into the bin several mailboxes, which the customer chose."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Refused
from puq_zimbra.request import Request
from puq_zimbra.selfservice import several

ACTION = Action(
    noun=N_("Change of several mailboxes"),
    capability="mailboxes",
    page="mailboxes_change",
    fields=(fields.choice("what", N_("What to do with the chosen ones"), several.WHAT),),
)
_MESSAGES = {
    "lock": N_("Locked mailboxes: %(number)s."),
    "unlock": N_("Unlocked mailboxes: %(number)s."),
    "sign_out": N_("Mailboxes signed out everywhere: %(number)s."),
    "bin": N_("Mailboxes moved to the bin: %(number)s."),
}
_SOME_LEFT = {
    "lock": N_("Locked mailboxes: %(number)s. Left as they were: %(left)s."),
    "unlock": N_("Unlocked mailboxes: %(number)s. Left as they were: %(left)s."),
    "sign_out": N_("Mailboxes signed out everywhere: %(number)s. Left as they were: %(left)s."),
    "bin": N_("Mailboxes moved to the bin: %(number)s. Left as they were: %(left)s."),
}


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Do it to each of them."""
    boxes = several.chosen(form.sent)
    if not boxes:
        raise fields.wrong("", N_("Choose mailboxes in the list first."))
    zimbra, days = runtime.zimbra(request), runtime.config.limits.bin_days
    done = several.change(zimbra, request, form["what"], boxes, runtime.now(), days)
    if not done.changed:
        raise Refused("None of the chosen mailboxes can be changed so: they are as they were.")
    messages = _SOME_LEFT if done.left else _MESSAGES
    values = {"number": len(done.changed), "left": len(done.left)}
    query = {"domain": form.target} if form.target else {}
    return Outcome("mailboxes", messages[form["what"]], values, query)
