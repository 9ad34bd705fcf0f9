"""Held operations: those that end a service and are old, or came back with a backup.

The customer may have paid meanwhile. So they wait for a person, or for the host to ask again.

Source: a restored backup knows nothing of what was done since it was made.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from puq_zimbra.registry import declared, hooks
from puq_zimbra.registry.hook import ENDING
from puq_zimbra.request import Request

#: `asked_at` of what came back with a backup
RESTORED = 0
#: the version of the store since which there is `asked_at`
_SINCE = 5
#: seconds by which a time may lie ahead: beyond them a clock was wrong when it was noted
_AHEAD = 300


def is_held(row: Any, hours: float, now: float) -> bool:
    """Whether an operation that is not over waits for a person, once it is older than ``hours``."""
    if not _destroys(row):
        return False
    asked = row.started_at if row.asked_at is None else row.asked_at
    return not -_AHEAD <= now - asked <= hours * 3600


def _destroys(row: Any) -> bool:
    """Whether the operation deletes the service's mail in the end."""
    hook = declared(row.event)
    if not hook.ends_service:
        return False
    if ENDING not in hook.plan or row.call is None:
        return True
    try:
        return Request.model_validate_json(row.call).purchase.terminate_mode != "keep"
    except ValidationError:  # kept by another version
        return True


def hold_all(database: Path, version: int) -> None:
    """Hold the operations of a backup's database that end services, before it is put in place."""
    # What an older version began a long time ago is held for its age.
    column = "asked_at" if version >= _SINCE else "started_at"
    ending = [event for event, hook in hooks().items() if hook.ends_service]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            f"UPDATE operation SET {column} = ? WHERE state IN ('open', 'running')"
            f" AND event IN ({', '.join('?' * len(ending))})",
            (RESTORED, *ending),
        )
