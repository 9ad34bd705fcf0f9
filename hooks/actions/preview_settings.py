"""Show what a change of server settings would write: the plan that the customer agrees to."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.clientarea.setting_fields import FIELDS
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import server_settings
from puq_zimbra.selfservice.server_settings import Subject

ACTION = Action(capability="settings", page="settings", fields=FIELDS, writes=False)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Plan what the form says."""
    asked = server_settings.of_form(form.sent)
    subject = Subject.of(form.target)
    plan = server_settings.preview(runtime.zimbra(request), request, subject, asked)
    if not plan.planned:
        raise fields.wrong("", N_("Nothing changes: every setting is as it was."))
    values = {"count": len(plan.keys)}
    query = {"id": form.target} if form.target else {}
    message = N_("Settings that change: %(count)s. Nothing is written yet.")
    return Outcome("settings", message, values, query, "unchanged", plan=plan)
