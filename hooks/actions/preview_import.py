"""Read a table of mailboxes and keep it for its preview; nothing is written to Zimbra."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Invalid
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import preview, start, table
from puq_zimbra.selfservice.bulk.rows import LONGEST

ACTION = Action(
    noun=N_("Preview of an import"),
    capability="bulk",
    page="import",
    fields=(
        fields.file("file", N_("CSV file")),
        fields.long_text(
            "text",
            N_("or paste from a spreadsheet"),
            most=LONGEST,
            required=False,
            again=table.without_passwords,
        ),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Read the table."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domains = preview.domains_of(zimbra, request, stamped)
    try:
        text = table.of_data_url(form["file"] or "") or form["text"] or ""
        rows = table.rows(text, domains.keys())
    except Invalid as error:
        raise wrong("text", error.message, **error.values) from error
    identity = start.keep(runtime.store().bulk, request, rows)
    return Outcome(
        "import_preview",
        N_("The file was read."),
        query={"id": identity},
        code="unchanged",
    )
