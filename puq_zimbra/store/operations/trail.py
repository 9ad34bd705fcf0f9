"""The audit trail: a line for each operation that ended, which cannot be edited unnoticed.

Each line seals the one before it with the store's key, and a seal of its own marks the end, so that
neither a line in between nor the last ones can be changed or taken away.

Source: Bruce Schneier and John Kelsey, "Secure Audit Logs to Support Computer Forensics".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.store import locks
from puq_zimbra.store.tables import audit, audit_end, operation

#: columns of version 6: where one says nothing, the line is sealed as it was before there were any
_LATER = ("actor", "action", "object")
_LAST = sa.select(audit).order_by(audit.c.number.desc()).limit(1)
_ADD, _ADD_END, _MOVE_END = audit.insert(), audit_end.insert(), audit_end.update()


def keyed_digest(key: bytes, asked: Mapping[str, Any]) -> str:
    """A digest of values that only the key's holder can make, and that reveals none of them."""
    text = json.dumps(asked, sort_keys=True, default=str)
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class Trail:
    """The lines, oldest first."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine, self._key = engine, key

    def lines(self) -> Iterator[tuple[Mapping[str, Any], bool]]:
        """Every line, oldest first, and whether it is as it was written.

        A last line with number 0, never intact, stands for lines that are missing at the end.
        """
        with self._engine.connect() as connection:
            before, number = "", 0
            for row in connection.execute(sa.select(audit).order_by(audit.c.number)).mappings():
                line = {key: value for key, value in row.items() if key != "seal"}
                intact = row["number"] == number + 1 and row["seal"] == self._seal(before, line)
                before, number = row["seal"], row["number"]
                yield line, intact
            end = connection.execute(sa.select(audit_end)).first()
            ended = sa.select(operation.c.id).where(operation.c.ended_at.is_not(None)).limit(1)
            begun = connection.execute(ended).first() is not None
        sealed = end is not None and end.seal == self._seal(before, {"end": number})
        if begun and not (sealed and end is not None and end.number == number):
            yield dict.fromkeys(audit.c.keys(), "") | {"number": 0, "at": 0, "event": "?"}, False

    def add(self, connection: Connection, ended: Any, code: str, now: int) -> None:
        """Add a line for an operation's row that has ended with a code, and move the end.

        The last thing that a transaction does: until it commits, no other one can add a line.
        """
        locks.take(connection, locks.AUDIT)
        last = connection.execute(_LAST).first()
        line = {
            "number": (last.number if last else 0) + 1,
            "at": now,
            "installation": ended.installation,
            "service_id": ended.service_id,
            "event": ended.event,
            "operation": ended.id,
            "code": code,
            "actor": _actor(ended),
            "action": ended.action,
            "object": ended.object,
        }
        seal = self._seal(last.seal if last else "", line)
        connection.execute(_ADD, {**line, "seal": seal})
        end = {"number": line["number"], "seal": self._seal(seal, {"end": line["number"]})}
        if connection.execute(_MOVE_END, end).rowcount == 0:
            connection.execute(_ADD_END, end)

    def _seal(self, before: str, line: Mapping[str, Any]) -> str:
        said = {k: v for k, v in line.items() if k not in _LATER or v is not None}
        return keyed_digest(self._key, {"before": before, **said})


def _actor(ended: Any) -> str | None:
    said = (ended.actor_kind, ended.actor_id, ended.actor_name)
    return " ".join(one for one in said if one) or None
