"""Give the mailboxes as a table, which an import reads again."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import usage_reading
from puq_zimbra.engine.actions import File, Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.i18n import language
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import export

ACTION = Action(
    noun=N_("Export of mailboxes"),
    capability="bulk",
    page="export",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Read the mailboxes."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    usage = usage_reading.last(request, runtime, domain=request.domain)
    known = usage_reading.with_mailboxes(usage, runtime) if usage else None
    rows = export.rows(zimbra, request, stamped, known)
    text = export.text(rows, language(request.locale))
    return Outcome(
        "export",
        N_("The table is ready: %(count)s mailboxes."),
        {"count": len(rows)},
        code="unchanged",
        file=File("mailboxes.csv", text),
    )
