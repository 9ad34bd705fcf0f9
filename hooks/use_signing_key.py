"""Use signing key: have Zimbra sign a domain's mail with the key whose record was found in DNS.

The look-up of DNS calls it, and no host can; on the page it is the action ``use_dkim_key``.
"""

from __future__ import annotations

from puq_zimbra.engine import dns
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope, signing

HOOK = Hook(
    needs=SERVICE,
    writes=True,
    aspects={"content:dkim"},
    # The look-up calls it again.
    resumable=False,
    public=False,
)
DONE = N_("From now on Zimbra signs the mail of %(domain)s.")


def run(request: Request, runtime: Runtime) -> Reply:
    """Hand the key to Zimbra."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    domain = signing.chosen(zimbra, request, stamped, request.form.get("domain", ""))
    if request.dry_run:
        return Reply("unchanged", N_("The key would be handed to Zimbra."))
    keys, at = runtime.store().dkim, int(runtime.now().timestamp())
    used = signing.use(zimbra, request, keys, domain, dns.texts(runtime), at)
    return Reply("updated" if used.changed else "unchanged", DONE, {"domain": used.domain})
