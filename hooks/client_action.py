"""Client action: what the customer does on his page.

The host has made sure who the customer is and that the form came from its own page. A host that
names no customer, or whose module is older than the pages, has one form alone: the administrator's
new password.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from pydantic import SecretStr

from puq_zimbra import units
from puq_zimbra.clientarea.fields import FieldErrors
from puq_zimbra.engine import actions
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Invalid
from puq_zimbra.registry.hook import PAGE_PLAN, PASSWORD, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import change_password, client_area

HOOK = Hook(
    needs=(*SERVICE, "form"),
    writes=True,
    aspects={PASSWORD},
    resumable=False,
    takes_form=True,
    keeps_answer=False,
    audience="customer",
    whmcs=("ClientAction",),
    plan=PAGE_PLAN,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Carry out the form that the customer sent."""
    if not request.takes_forms:
        return _change_admin_password(request, runtime)
    try:
        outcome = actions.carry_out(request, runtime, request.purchase.plan.capabilities)
    except FieldErrors as error:
        return client_area.draw_again(request, runtime, actions.failed(request, error.errors))
    reply = actions.as_reply(outcome, request)
    if not outcome.is_shown_once:
        return reply
    # What is shown once cannot wait for another request: the page comes with the answer.
    return replace(reply, html=client_area.draw_once(request, runtime, reply, outcome))


def _change_admin_password(request: Request, runtime: Runtime) -> Reply:
    action = request.form.get("puqz_action", "")
    if action != "change_admin_password":
        raise Invalid("form.puqz_action: there is no action %(action)s.", action=action)
    password = request.form.get("password", "")
    again = request.form.get("password_again", "")
    if not hmac.compare_digest(
        password.encode("utf-8", "replace"), again.encode("utf-8", "replace")
    ):
        raise Invalid("The two passwords are not the same.")
    try:
        units.plain_text(password)
    except ValueError as error:
        raise Invalid("The password holds a character that cannot be kept.") from error
    if not password:
        raise Invalid("The password is empty.")
    changed = request.model_copy(update={"new_password": SecretStr(password)})
    return change_password.run(changed, runtime)
