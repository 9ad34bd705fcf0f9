"""Change the password of the administrator, or of the mailbox sold by itself."""

from __future__ import annotations

import hmac

from puq_zimbra.hooks import change_password
from pydantic import SecretStr

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Refused
from puq_zimbra.request import Request

ACTION = Action(
    noun=N_("New password"),
    capability="password",
    page="overview",
    fields=(
        fields.password(
            "password",
            N_("New password"),
            hint=N_(
                "Zimbra's rules for passwords apply. A long one is the best; do not use it anywhere"
                " else."
            ),
        ),
        fields.password("password_again", N_("New password again")),
    ),
    models=frozenset({"domain", "mailbox", "server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the password the new one."""
    password: str = form["password"]
    again: str = form["password_again"]
    if not hmac.compare_digest(password.encode(), again.encode()):
        raise fields.wrong("password_again", N_("The two passwords are not the same."))
    changed = request.model_copy(update={"new_password": SecretStr(password)})
    try:
        reply = change_password.run(changed, runtime)
    except Refused as error:
        raise fields.wrong("password", error.message, **error.values) from error
    return Outcome("overview", reply.message, reply.values, code=reply.code)
