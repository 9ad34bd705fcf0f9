"""Staff action: what the provider's staff does to a customer's mailboxes from the command line.

It is the action of the customer's page, with the same limits and checks, as an operation of the
service; no host sends it.
"""

from __future__ import annotations

from puq_zimbra.clientarea.fields import FieldErrors, values_of
from puq_zimbra.engine import actions
from puq_zimbra.engine.actions import Form
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=(*SERVICE, "form"),
    writes=True,
    aspects={"content"},
    resumable=False,
    keeps_answer=False,
    public=False,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Carry out the action that the form names."""
    module = actions.module_of(request.form.get("puqz_action", ""))
    try:
        values = values_of(module.ACTION.fields, request.form)
        form = Form(values, actions.target_of(request), request.form)
        outcome = module.run(form, request, runtime)
    except FieldErrors as error:
        name, wrong = next(iter(error.errors.items()))
        return Reply("invalid", wrong.message, wrong.values, data={"field": name})
    return actions.as_reply(outcome, request)
