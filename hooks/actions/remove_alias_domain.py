"""Remove a domain alias."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import alias_domains

ACTION = Action(
    noun=N_("Removal of a domain alias"), capability="domain_aliases", page="alias_domain"
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the alias domain be gone."""
    name = alias_domains.remove(runtime.zimbra(request), request, form.target)
    if name is None:
        return Outcome("lists", alias_domains.GONE, code="unchanged")
    return Outcome("lists", N_("The domain %(domain)s was removed."), {"domain": name})
