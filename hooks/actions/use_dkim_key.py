"""Have Zimbra sign a domain's mail with the key whose record is in DNS."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import dns
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope, signing

ACTION = Action(noun=N_("New signature of mail (DKIM)"), capability="dns", page="dns")


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Hand the key to Zimbra, if its record is found."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domain = signing.chosen(zimbra, request, stamped, form.target)
    keys, at = runtime.store().dkim, int(runtime.now().timestamp())
    used = signing.use(zimbra, request, keys, domain, dns.texts(runtime), at)
    name = domain_of(domain)
    dns.Dns(request, runtime).want(name, signing.in_use(zimbra, name))
    message = N_("From now on Zimbra signs the mail of %(domain)s.")
    query = {"domain": form.target} if form.target else {}
    code = "updated" if used.changed else "unchanged"
    return Outcome("dns", message, {"domain": used.domain}, query, code=code)
