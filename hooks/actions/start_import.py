"""Start an import after its preview: it goes on in the background and has a page of its own."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import imports
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request

ACTION = Action(
    noun=N_("Start of an import"),
    capability="bulk",
    page="import_preview",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Note the operation; the background carries it out."""
    imports.begin(request, runtime, form.target)
    return Outcome("import_progress", N_("The import has begun."), query={"id": form.target})
