"""Plan: what `create` would write, or `change_package` once the service exists; nothing is written.

For any other hook, such as `terminate`, send its own request with ``dry_run``.
"""

from __future__ import annotations

from dataclasses import replace

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import change_package, create

HOOK = Hook(
    needs=SERVICE,
)


def run(request: Request, runtime: Runtime) -> Reply:
    """Tell the changes, and which event would make them."""
    asked = request.model_copy(update={"dry_run": True})
    event, reply = "create", create.run(asked, runtime)
    if reply.code == "already_exists":
        event, reply = "change_package", change_package.run(asked, runtime)
    return replace(reply, data={"event": event, **reply.data})
