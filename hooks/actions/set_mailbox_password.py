"""Set a mailbox's password, once Zimbra finds it strong enough; its sessions end."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import access, creation

ACTION = Action(
    noun=N_("New password of a mailbox"),
    capability="password",
    page="mailbox",
    fields=(
        fields.choice("password_kind", N_("New password"), creation.PASSWORD_KINDS),
        fields.password("password", N_("Password of the mailbox"), required=False),
        fields.checkbox("must_change", N_("Ask for a new password at the next log-in")),
    ),
    models=frozenset({"domain", "mailbox", "server"}),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the password the new one."""
    zimbra = runtime.zimbra(request)
    address, made = access.set_password(zimbra, request, form.target, form.values)
    return Outcome(
        "mailbox",
        N_("The password of %(address)s was changed."),
        {"address": address},
        {"id": form.target},
        secret=made,
    )
