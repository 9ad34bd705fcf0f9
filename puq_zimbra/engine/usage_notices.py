"""Notices that a mailbox or service crossed a threshold of its space: once per crossing.

The host sends the number of the last notice that it has (`cursor`). Without one it gets those of
the last day, so that a lost answer loses no notice. A notice's number never changes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from puq_zimbra.errors import Invalid
from puq_zimbra.readings import Notice
from puq_zimbra.request import Request
from puq_zimbra.units import megabytes, share, shown_address, shown_domain

from .runtime import Runtime

_DAY = timedelta(days=1)


def told(request: Request, runtime: Runtime) -> list[dict[str, Any]]:
    """The notices that the host has not had, of the request's installation or of its service.

    Raises:
        Invalid: the cursor is no number.
    """
    history = runtime.store().history
    if request.cursor is None:
        found = history.notices(request.installation_id, since=runtime.now() - _DAY)
    elif request.cursor.isascii() and request.cursor.isdigit() and len(request.cursor) < 19:
        found = history.notices(request.installation_id, after=int(request.cursor))
    else:
        raise Invalid("cursor: is not the number of a notice.")
    mine = request.service.id if request.service is not None else None
    return [as_row(one) for one in found if mine in (None, one.service_id)][: request.limit]


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
