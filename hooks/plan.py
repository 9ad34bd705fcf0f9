"""Plan: what `create`, or `change_package` once the service exists, would write; nothing is.

What another hook would write, such as `terminate`, its own call says with ``dry_run``.
"""

from __future__ import annotations

from dataclasses import replace

from puq_zimbra.call import Call
from puq_zimbra.model import Reply

from . import change_package, create
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Tell the changes, and which event would make them."""
    asked = call.model_copy(update={"dry_run": True})
    event, reply = "create", create.run(asked, runtime)
    if reply.code == "already_exists":
        event, reply = "change_package", change_package.run(asked, runtime)
    return replace(reply, data={"event": event, **reply.data})
