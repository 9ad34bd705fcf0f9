"""Test connection: reach Zimbra, log in, and report its version and the administrator's rights.

Only a global administrator can write the stamp, so any other is refused here, before the first
order.
"""

from __future__ import annotations

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.provisioning import stamp_search
from puq_zimbra.registry.hook import SERVER, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

HOOK = Hook(
    needs=SERVER,
    whmcs=("TestConnection",),
    wait="click",
)


def run(request: Request, runtime: Runtime) -> Reply:
    """See that hooks of this server can work."""
    zimbra = runtime.zimbra(request)
    zimbra.auth()  # whatever was rejected before: a person wants to know now
    info = zimbra.get_version_info()
    stamp_search.require_global_administrator(zimbra)
    return Reply(
        "unchanged",
        "Zimbra %(version)s answers.",
        {"version": info.get("version", "?")},
        data={
            "version": info.get("version", ""),
            "host": info.get("host", ""),
            "administrator": "global",
        },
    )
