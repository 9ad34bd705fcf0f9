"""Look the DNS records of a domain up again."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.dns import Dns
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope, signing

ACTION = Action(noun=N_("Check of the DNS records"), capability="dns", page="dns")


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Note that the domain is to be looked up; the resolver is asked in the background."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domain = signing.chosen(zimbra, request, stamped, form.target)
    used = signing.in_use(zimbra, domain_of(domain))
    message = N_("The records of %(domain)s were checked a moment ago.")
    if Dns(request, runtime).want(domain_of(domain), used):
        message = N_("The records of %(domain)s are being checked. That takes a moment.")
    query = {"domain": form.target} if form.target else {}
    return Outcome("dns", message, {"domain": shown_name(domain)}, query)
