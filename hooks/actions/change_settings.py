"""Change server settings: written, read back, and kept with the values of before."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.clientarea.setting_fields import FIELDS
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import server_settings
from puq_zimbra.selfservice.server_settings import Subject

ACTION = Action(
    noun=N_("Change of server settings"), capability="settings", page="settings", fields=FIELDS
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the settings what the form says."""
    asked = server_settings.of_form(form.sent)
    subject = Subject.of(form.target)
    done = server_settings.change(runtime.zimbra(request), request, subject, asked)
    query = {"id": form.target} if form.target else {}
    if not done:
        message = N_("Every setting is as it was.")
        return Outcome("settings", message, query=query, code="unchanged")
    keys = {one.row.key for one in done}
    message = N_("Settings changed: %(count)s.")
    if any(one.row.restart for one in done):
        message = N_(
            "Settings changed: %(count)s. Some of them work after a restart of Zimbra's services,"
            " which your provider does."
        )
    data = {"settings": server_settings.notes_of(done)}
    return Outcome("settings", message, {"count": len(keys)}, query, data=data)
