"""Test connection: reach Zimbra, log in, and report its version and the administrator's rights.

Only a global administrator can write the stamp, so any other is refused here, before the first
order. The version of the host's module is compared with ours.
"""

from __future__ import annotations

from puq_zimbra import __version__
from puq_zimbra.engine import module_versions
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import N_
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
    words, values = "Zimbra %(version)s answers.", {"version": info.get("version", "?")}
    if differs := module_versions.differs(request):
        words = N_(
            "Zimbra %(version)s answers. The billing platform's module is of version %(module)s and"
            " the engine of %(engine)s: bring the module to the engine's."
        )
        values |= {"module": request.module_version or "", "engine": __version__}
    return Reply(
        "unchanged",
        words,
        values,
        data={
            "engine": __version__,
            "same_version": not differs,
            "version": info.get("version", ""),
            "host": info.get("host", ""),
            "administrator": "global",
        },
    )
