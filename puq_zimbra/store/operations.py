"""Operations: hook calls that may write, one at a time for each service, and the audit trail.

The intent is on disk before the first write and the outcome after the last. A process that died
loses its lease; the next call of the service then goes on, since every hook begins by reading what
is there. The same request id with the same call gets the stored reply again, with another call it
is refused.

Source: Stripe's idempotent requests (the same key, another request), Kubernetes' leases.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from puq_zimbra.errors import Busy, Refused
from puq_zimbra.model import Reply
from puq_zimbra.store import owner
from puq_zimbra.store.tables import audit, audit_end, lease, operation
from puq_zimbra.store.tables import password as passwords


@dataclass(frozen=True)
class Intent:
    """What a call is about to do."""

    #: the reference that the host is given
    id: str
    installation: str
    service_id: str
    event: str
    request_id: str | None
    fingerprint: str


class SameRuns(Busy):
    """The very same call is being carried out at this moment."""


class Operations:
    """The operations of all services."""

    def __init__(self, engine: Engine, writer: Engine, key: bytes) -> None:
        self._engine, self._writer, self._key = engine, writer, key

    def fingerprint(self, asked: Mapping[str, Any]) -> str:
        """A digest of what is asked for, from which no secret can be guessed."""
        text = json.dumps(asked, sort_keys=True, default=str)
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def is_password(self, account: str, password: str, changed_at: str) -> bool:
        """Whether an account's password, last changed then, is the one that we set last."""
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(passwords).where(passwords.c.account == account)
            ).first()
        digest = self.fingerprint({"account": account, "password": password})
        return row is not None and row.changed_at == changed_at and row.digest == digest

    def note_password(self, account: str, password: str, changed_at: str) -> None:
        """Remember the password that we set, as a keyed digest."""
        digest = self.fingerprint({"account": account, "password": password})
        with self._writer.begin() as connection:
            connection.execute(passwords.delete().where(passwords.c.account == account))
            connection.execute(
                passwords.insert(),
                {"account": account, "digest": digest, "changed_at": changed_at},
            )

    def begin(self, intent: Intent, seconds: float) -> Reply | None:
        """Take the service for so many seconds at the most, and note the intent.

        Returns the stored reply if this request was carried out before.

        Raises:
            SameRuns: the same call is running.
            Busy: another operation of the service is running.
            Refused: the request id was used for another call.
        """
        now = int(time.time())
        with self._writer.begin() as connection:
            if intent.request_id and (stored := self._stored(connection, intent)):
                return stored
            self._take(connection, intent, now, now + int(seconds) + 1)
            connection.execute(
                operation.insert(),
                {
                    "id": intent.id,
                    "installation": intent.installation,
                    "service_id": intent.service_id,
                    "event": intent.event,
                    "request_id": intent.request_id,
                    "fingerprint": intent.fingerprint,
                    "state": "running",
                    "started_at": now,
                },
            )
        return None

    def end(self, intent: Intent, reply: Reply) -> None:
        """Note the outcome, in the operation and in the audit trail, and give the service back."""
        now = int(time.time())
        kept = {
            "code": reply.code,
            "message": reply.message,
            "places": {key: str(value) for key, value in reply.places.items()},
            "data": dict(reply.data),
        }
        with self._writer.begin() as connection:
            connection.execute(
                operation.update()
                .where(operation.c.id == intent.id)
                .values(
                    state="done" if reply.ok else "failed",
                    ended_at=now,
                    reply=json.dumps(kept, ensure_ascii=False, default=str),
                )
            )
            connection.execute(lease.delete().where(lease.c.operation == intent.id))
            self._add_line(connection, intent, reply.code, now)

    def audit(self) -> Iterator[tuple[Mapping[str, Any], bool]]:
        """Every line of the audit trail, oldest first, and whether it is as it was written.

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

    def _add_line(self, connection: Connection, intent: Intent, code: str, now: int) -> None:
        """Add a line to the audit trail, and move its end."""
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
        last = connection.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(1)).first()
        line = {
            "number": (last.number if last else 0) + 1,
            "at": now,
            "installation": intent.installation,
            "service_id": intent.service_id,
            "event": intent.event,
            "operation": intent.id,
            "code": code,
        }
        seal = self._seal(last.seal if last else "", line)
        connection.execute(audit.insert(), {**line, "seal": seal})
        connection.execute(audit_end.delete())
        end = {"number": line["number"], "seal": self._seal(seal, {"end": line["number"]})}
        connection.execute(audit_end.insert(), end)

    def _seal(self, before: str, line: Mapping[str, Any]) -> str:
        """What only the holder of the key can write beside a line."""
        return self.fingerprint({"before": before, **line})

    def _stored(self, connection: Connection, intent: Intent) -> Reply | None:
        found = connection.execute(
            sa.select(operation).where(
                operation.c.installation == intent.installation,
                operation.c.request_id == intent.request_id,
            )
        ).all()
        if any(row.fingerprint != intent.fingerprint for row in found):
            raise Refused("This request id was used for another call.")
        done = next((row for row in found if row.state == "done" and row.reply), None)
        if done is None:
            return None
        # Once something else was done to the service the stored answer may not hold any more.
        later = sa.select(operation.c.id).where(
            operation.c.installation == intent.installation,
            operation.c.service_id == intent.service_id,
            operation.c.number > done.number,
        )
        return None if connection.execute(later).first() else Reply(**json.loads(done.reply))

    def _take(self, connection: Connection, intent: Intent, now: int, until: int) -> None:
        mine = (lease.c.installation == intent.installation) & (
            lease.c.service_id == intent.service_id
        )
        held = connection.execute(sa.select(lease).where(mine).with_for_update()).first()
        if held is not None and held.until > now and not owner.is_dead(held.owner):
            other = connection.execute(
                sa.select(operation.c.fingerprint).where(operation.c.id == held.operation)
            ).scalar()
            raise SameRuns if other == intent.fingerprint else Busy
        values = {"operation": intent.id, "owner": owner.this_process(), "until": until}
        if held is not None:
            dead = operation.c.id == held.operation
            connection.execute(operation.update().where(dead).values(state="abandoned"))
            connection.execute(lease.update().where(mine).values(values))
            return
        names = {"installation": intent.installation, "service_id": intent.service_id}
        try:
            connection.execute(lease.insert(), {**names, **values})
        except IntegrityError as error:  # taken in this very moment
            raise SameRuns from error
