"""Hand out the passwords that an import generated, once."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import File, Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, NotFound
from puq_zimbra.i18n import language
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import export

ACTION = Action(
    noun=N_("Passwords of an import"),
    capability="bulk",
    page="import_progress",
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Take them out of the store and show them."""
    scope.open_service(runtime.zimbra(request), request)
    bulk = runtime.store().bulk
    upload = bulk.get(request.installation_id, request.purchase.id, form.target)
    taken = bulk.take_passwords(upload)
    if not taken:
        raise NotFound(
            "The passwords were taken before, or an hour has passed: set new ones where they are"
            " needed."
        )
    return Outcome(
        "import_progress",
        N_("Here are the passwords. They are shown this one time: save them now."),
        query={"id": form.target},
        file=File("passwords.csv", export.passwords(taken, language(request.locale))),
    )
