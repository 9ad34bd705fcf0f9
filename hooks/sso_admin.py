"""Single sign-on for staff: the address of Zimbra's administration panel.

A log-in made by DelegateAuth is never an administrator's, and an administrator's own token in a
link would stay good for hours: staff log in themselves.

Source: `service/admin/DelegateAuth.java`, `cs/service/PreAuthServlet.java`.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Give the address of the administration panel."""
    return Reply(
        "unchanged",
        "Zimbra's administration panel asks for the administrator's password.",
        data={"url": call.given_server.admin_panel, "expires_at": None},
    )
