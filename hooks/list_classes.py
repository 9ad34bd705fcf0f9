"""List classes: the server's classes of service by name, for the host's product settings.

Source: `service/admin/GetAllCos.java`; WHMCS's Config Options, "Loader".
"""

from __future__ import annotations

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import SERVER, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=SERVER,
    whmcs=("LoadClassesOfService",),
    wait="click",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Give the names, sorted."""
    names = sorted(cos.name for cos in runtime.zimbra(request).get_all_cos())
    return Reply(
        "unchanged",
        "There are %(count)s classes of service.",
        {"count": len(names)},
        data={"classes": names},
    )
