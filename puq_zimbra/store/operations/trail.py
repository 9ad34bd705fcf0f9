"""The audit trail: a line for each operation that ended, which cannot be edited unnoticed.

Each line seals the one before it with the store's key, and a seal of its own marks the end, so that
neither a line in between nor the last ones can be changed or taken away. Where names give way to
pseudonyms, a line keeps its seal, on which the next one rests, and gets a second one of its new
words.

Source: Bruce Schneier and John Kelsey, "Secure Audit Logs to Support Computer Forensics".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.store import locks
from puq_zimbra.store.tables import audit, audit_end, operation

#: columns of version 6: where one says nothing, the line is sealed as it was before there were any
_LATER = ("actor", "action", "object")
_SEALS = ("seal", "rewritten")
#: begins what stands for a name
_PSEUDONYM = "forgotten-"
#: what names nobody by itself: a number, or an id of Zimbra's
_ID = re.compile(r"\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
                intact = row["number"] == number + 1 and self._is_intact(before, row)
                before, number = row["seal"], row["number"]
                yield _line(row), intact
            end = connection.execute(sa.select(audit_end)).first()
            ended = sa.select(operation.c.id).where(operation.c.ended_at.is_not(None)).limit(1)
            begun = connection.execute(ended).first() is not None
        sealed = end is not None and end.seal == self._seal(before, {"end": number})
        if begun and not (sealed and end is not None and end.number == number):
            nothing = _line(dict.fromkeys(audit.c.keys(), ""))
            yield nothing | {"number": 0, "at": 0, "event": "?"}, False

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

    def pseudonym(self, text: str) -> str:
        """What stands for a name; numbers and Zimbra's ids, which name nobody, stay as they are."""
        known = _ID.fullmatch(text) is not None or text.startswith(_PSEUDONYM)
        return text if known else _PSEUDONYM + keyed_digest(self._key, {"name": text})[:16]

    def rewrite(self, connection: Connection, installation: str, service_id: str) -> int:
        """Put pseudonyms in the place of names in a service's lines; how many lines had any.

        A line that is not as it was written is not made good by it.
        """
        mine = (audit.c.installation == installation) & (audit.c.service_id == service_id)
        changed = 0
        for row in connection.execute(sa.select(audit).where(mine)).mappings().all():
            words = {
                "service_id": self.pseudonym(row["service_id"]),
                "actor": self._actor_without_name(row["actor"]),
                "object": row["object"] and self.pseudonym(row["object"]),
            }
            if all(row[key] == word for key, word in words.items()):
                continue
            this = audit.c.number == row["number"]
            one_before = sa.select(audit.c.seal).where(audit.c.number == row["number"] - 1)
            intact = self._is_intact(connection.execute(one_before).scalar() or "", row)
            second = self._second_seal(row["seal"], _line(row) | words) if intact else ""
            connection.execute(audit.update().where(this).values(**words, rewritten=second))
            changed += 1
        return changed

    def _actor_without_name(self, actor: str | None) -> str | None:
        """The customer's id or a pseudonym; staff, and what acts by itself, are no customers."""
        kind, _, said = (actor or "").partition(" ")
        if kind != "customer" or not said:
            return actor
        first = said.partition(" ")[0]
        return f"{kind} {first if _ID.fullmatch(first) else self.pseudonym(said)}"

    def _is_intact(self, before: str, row: Mapping[Any, Any]) -> bool:
        """Whether a line is as it was written, or as it was rewritten."""
        if row["rewritten"] is None:
            return bool(row["seal"] == self._seal(before, _line(row)))
        return bool(row["rewritten"] == self._second_seal(row["seal"], _line(row)))

    def _second_seal(self, first: str, line: Mapping[str, Any]) -> str:
        return self._seal(f"rewritten {first}", line)

    def _seal(self, before: str, line: Mapping[str, Any]) -> str:
        said = {k: v for k, v in line.items() if k not in _LATER or v is not None}
        return keyed_digest(self._key, {"before": before, **said})


def _line(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in row.items() if key not in _SEALS}


def _actor(ended: Any) -> str | None:
    said = (ended.actor_kind, ended.actor_id, ended.actor_name)
    return " ".join(one for one in said if one) or None
