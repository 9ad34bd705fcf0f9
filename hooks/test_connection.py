"""Test connection: reach Zimbra, log in, and say which one it is, and as whom.

Only a global administrator can write the stamp, so any other is refused here and not at the first
order.
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import stamped

from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """See that hooks of this server can work."""
    zimbra = runtime.zimbra(call)
    zimbra.auth()  # whatever was rejected before: a person wants to know now
    info = zimbra.get_version_info()
    stamped.require_global_administrator(zimbra)
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
