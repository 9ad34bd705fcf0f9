"""Make a key with which Zimbra will sign a domain's mail, once its record is in DNS."""

from __future__ import annotations

from puq_zimbra.clientarea.forms import Action
from puq_zimbra.engine.actions import Form, Outcome
from puq_zimbra.engine.dns import Dns
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_, Refused
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope, signing

ACTION = Action(noun=N_("New key for signatures (DKIM)"), capability="dns", page="dns")


def run(form: Form, request: Request, runtime: Runtime) -> Outcome:
    """Make the key and keep it; nothing is written to Zimbra."""
    if not runtime.config.dns.make_keys:
        raise Refused("Your provider makes the keys for signatures: ask him.")
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domain = signing.chosen(zimbra, request, stamped, form.target)
    key = signing.key_of(request, domain_of(domain))
    signing.make(runtime.store().dkim, key, int(runtime.now().timestamp()))
    Dns(request, runtime).want(key.domain, signing.in_use(zimbra, key.domain))
    message = N_(
        "The key of %(domain)s is ready. Set its record (DKIM) where the domain's DNS is hosted."
    )
    query = {"domain": form.target} if form.target else {}
    return Outcome("dns", message, {"domain": shown_name(domain)}, query, code="created")
