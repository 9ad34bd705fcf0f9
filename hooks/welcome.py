"""Welcome: where the customer finds his mail, for the host's mail templates.

`create` answers the same, but a host may send its mails later, and again. Zimbra is not asked.
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=SERVICE,
    audience="both",
    whmcs=("Welcome",),
    wait="page",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give the addresses and hosts."""
    data = products.of(request).welcome(request)
    data["mail_exchangers"] = list(request.zimbra_server.mail_exchangers)
    values = {"name": request.shown_name}
    return Reply("unchanged", "The addresses of %(name)s are known.", values, data=data)
