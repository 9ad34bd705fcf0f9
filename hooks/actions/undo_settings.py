"""Undo a change of server settings: the values of before are written back."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import setting_changes
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import server_settings

ACTION = Action(noun=N_("Server settings put back"), capability="settings", page="settings")


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Undo the change whose operation the form names."""
    notes = setting_changes.notes_of(request, runtime, form.target)
    done = server_settings.undo(runtime.zimbra(request), request, notes)
    if not done:
        return Outcome("settings", N_("This change was undone before."), code="unchanged")
    data = {"settings": server_settings.notes_of(done)}
    keys = {one.row.key for one in done}
    return Outcome("settings", N_("Settings put back: %(count)s."), {"count": len(keys)}, data=data)
