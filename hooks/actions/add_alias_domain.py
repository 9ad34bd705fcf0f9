"""Add a domain alias whose record proves that the domain is the customer's."""

from __future__ import annotations

from puq_zimbra.clientarea import fields
from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine import dns
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.request import Request
from puq_zimbra.selfservice import alias_domains, domain_proof
from puq_zimbra.units import shown_domain

DOMAIN = fields.domain(
    "domain",
    N_("New domain"),
    hint=N_("The domain must be yours. Its MX record must lead to the mail server."),
)
ACTION = Action(
    noun=N_("New domain alias"),
    capability="domain_aliases",
    page="alias_domain_new",
    fields=(DOMAIN,),
)


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the domain point to the service's, if its record is found."""
    zimbra, names = runtime.zimbra(request), runtime.config.names
    record = domain_proof.record_of(runtime.store().proof_key, request, form["domain"])

    def require_proof() -> None:
        domain_proof.require(record, dns.texts(runtime))

    made = alias_domains.add(zimbra, request, form.target, record.domain, names, require_proof)
    message = N_("The domain %(domain)s was here already.")
    if made:
        message = N_("The domain %(domain)s was added.")
    query = {"domain": form.target} if form.target else {}
    code = "created" if made else "unchanged"
    return Outcome("lists", message, {"domain": shown_domain(record.domain)}, query, code)
