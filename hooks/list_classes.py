"""List classes: the server's classes of service by name, for the host's product settings.

Source: `service/admin/GetAllCos.java`; WHMCS's Config Options, "Loader".
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Give the names, sorted."""
    names = sorted(cos.name for cos in runtime.zimbra(call).get_all_cos())
    return Reply(
        "unchanged",
        "There are %(count)s classes of service.",
        {"count": len(names)},
        data={"classes": names},
    )
