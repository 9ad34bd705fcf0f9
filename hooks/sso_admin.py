"""Single sign-on for staff: the address of Zimbra's administration panel.

A log-in made by DelegateAuth is never an administrator's, and an administrator's own token in a
link would stay good for hours: staff log in themselves.

Source: `service/admin/DelegateAuth.java`, `cs/service/PreAuthServlet.java`.
"""

from __future__ import annotations

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import SERVER, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=SERVER,
    keeps_answer=False,
    whmcs=("AdminSingleSignOn",),
    wait="click",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give the address of the administration panel."""
    return Reply(
        "unchanged",
        "Zimbra's administration panel asks for the administrator's password.",
        data={"url": request.zimbra_server.admin_panel, "expires_at": None},
    )
