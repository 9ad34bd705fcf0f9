"""The host administrator's view of a service: its state and storage, a line each."""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.clientarea.render import admin_fields
from puq_zimbra.model import Reply
from puq_zimbra.provisioning import objects

from . import client_area, reading
from .runtime import Runtime


def run(call: Call, runtime: Runtime) -> Reply:
    """Give the lines."""
    bearer = objects.get_ours(runtime.zimbra(call), call)
    usage = reading.last(call, runtime, domain_id=bearer.id)
    state = client_area.state_of(call, bearer)
    fields = admin_fields(call, state, usage, now=runtime.now())
    return Reply("unchanged", "The service was read.", data={"fields": fields})
