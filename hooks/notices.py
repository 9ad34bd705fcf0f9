"""What passed a threshold of its space, for the host to mail: once per crossing.

The host hands back the number of the last notice it knows (`cursor`); without one it is told those
of the last day, so that a lost answer loses no notice. Each has a number that never changes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.errors import Invalid
from puq_zimbra.model import Notice
from puq_zimbra.units import megabytes, share, shown_address, shown_domain

from .runtime import Runtime

_DAY = timedelta(days=1)


def told(call: Call, runtime: Runtime) -> list[dict[str, Any]]:
    """The notices of the call's installation, or of its service alone, that the host has not had.

    Raises:
        Invalid: the cursor is no number.
    """
    history = runtime.store().history
    if call.cursor is None:
        found = history.notices(call.owner, since=runtime.now() - _DAY)
    elif call.cursor.isascii() and call.cursor.isdigit() and len(call.cursor) < 19:
        found = history.notices(call.owner, after=int(call.cursor))
    else:
        raise Invalid("cursor: is not the number of a notice.")
    mine = call.service.id if call.service is not None else None
    return [as_row(one) for one in found if mine in (None, one.service_id)][: call.limit]


def as_row(one: Notice) -> dict[str, Any]:
    """A notice as the host gets it."""
    return {
        "id": one.id,
        "service_id": one.service_id,
        "kind": "mailbox" if one.mailbox else "service",
        "name": shown_address(one.address) if "@" in one.address else shown_domain(one.address),
        "used_mb": megabytes(one.used),
        "limit_mb": megabytes(one.limit),
        "percent": share(one.used, one.limit),
        "crossed_at": one.crossed_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }
