"""Say which record proves that a domain is the customer's, before it becomes an alias.

DNS is not asked: a resolver would remember for a while that the record is not there.
"""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import alias_domains
from puq_zimbra.units import shown_domain

from .add_alias_domain import DOMAIN

ACTION = Action(capability="domain_aliases", page="lists", fields=(DOMAIN,), writes=False)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Lead to the page with the record, if the domain can be had."""
    zimbra, name = runtime.zimbra(request), form["domain"]
    names, shown = runtime.config.names, shown_domain(name)
    if alias_domains.require_free(zimbra, request, form.target, name, names).is_there:
        raise fields.wrong("domain", N_("The domain %(domain)s was here already."), domain=shown)
    query = {"new": name} | ({"domain": form.target} if form.target else {})
    message = N_("The domain %(domain)s is added as soon as its record is found.")
    return Outcome("alias_domain_new", message, {"domain": shown}, query, "unchanged")
