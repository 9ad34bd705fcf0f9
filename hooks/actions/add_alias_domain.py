"""Add a domain alias."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import alias_domains

ACTION = Action(
    noun=N_("New domain alias"),
    capability="domain_aliases",
    page="lists",
    fields=(
        fields.domain(
            "domain",
            N_("New domain"),
            hint=N_("The domain must be yours. Its MX record must lead to the mail server."),
        ),
    ),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the domain point to the service's."""
    zimbra, names = runtime.zimbra(request), runtime.config.names
    name, made = alias_domains.add(zimbra, request, form.target, form["domain"], names)
    message = N_("The domain %(domain)s was here already.")
    if made:
        message = N_("The domain %(domain)s was added.")
    code = "created" if made else "unchanged"
    return Outcome("lists", message, {"domain": name}, _domain(form), code)


def _domain(form: Form) -> dict[str, str]:
    return {"domain": form.target} if form.target else {}
