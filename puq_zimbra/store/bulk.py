"""Imports of many mailboxes: the upload between preview and start, then what became of each row.

What was uploaded holds passwords, so it is kept encrypted, under the service alone, and for an hour
at most if nobody starts it. It is erased when the import ends; the passwords that were generated
stay, encrypted, until they are fetched, or for an hour.

Source: `cryptography.fernet` (AES and HMAC); the key is made from the store's, which is a file
beside the database and not in it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import NotFound, StoreUnusable
from puq_zimbra.store import locks
from puq_zimbra.store.bulk_tables import bulk, bulk_row
from puq_zimbra.store.engine import writer
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.tables import operation

#: seconds for which an upload waits to be started, and passwords wait to be fetched
KEPT = 3600
#: seconds for which the outcome of each row can be read
SHOWN = 30 * 86400
#: uploads of one service that wait to be started; one more takes the place of the oldest
MOST_WAITING = 5
GONE = "This import is not there any more: upload the file again."
_NOT_OVER = ("open", "running")


@dataclass(frozen=True)
class Upload:
    """What was uploaded."""

    id: str
    installation: str
    service_id: str
    #: seconds since 1970
    made_at: int
    #: none once it has ended
    rows: Sequence[Mapping[str, Any]] = field(repr=False)
    #: the reference of the operation that makes them; None = it was not started
    operation: str | None
    ended_at: int | None
    #: whether generated passwords wait to be fetched
    has_passwords: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    line: int
    address: str
    #: see `bulk_tables`
    outcome: str
    #: why; "" = nothing more is to be said
    message: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


class Bulk:
    """The imports of all services."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        digest = hmac.digest(key, b"puq_zimbra bulk", hashlib.sha256)
        self._key = base64.urlsafe_b64encode(digest)

    @locks.retried
    def keep(
        self,
        identity: str,
        installation: str,
        service_id: str,
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        """Keep an upload; the same identity again is the same upload."""
        now = int(time.time())
        mine = _of_service(installation, service_id) & bulk.c.operation.is_(None)
        with writer(self._engine, locks.service(installation, service_id)).begin() as connection:
            if connection.execute(sa.select(bulk.c.id).where(bulk.c.id == identity)).first():
                return
            newest = sa.select(bulk.c.id).where(mine).order_by(bulk.c.made_at.desc())
            left = connection.execute(newest.offset(MOST_WAITING - 1)).scalars().all()
            connection.execute(bulk.delete().where(bulk.c.id.in_(left)))
            row = {"id": identity, "installation": installation, "service_id": service_id}
            content = self._encrypted(rows)
            connection.execute(bulk.insert(), {**row, "made_at": now, "content": content})

    def get(self, installation: str, service_id: str, identity: str) -> Upload:
        """An upload of a service.

        Raises:
            NotFound: there is none, or it has expired.
        """
        which = _of_service(installation, service_id) & (bulk.c.id == identity)
        found = self._find(which)
        expired = found is not None and not found.operation and found.made_at < time.time() - KEPT
        if found is None or expired:
            raise NotFound(GONE)
        return found

    def of_operation(self, reference: str) -> Upload | None:
        """The upload that an operation makes."""
        return self._find(bulk.c.operation == reference)

    def latest(self, installation: str, service_id: str) -> Upload | None:
        """The import of a service that was begun last."""
        which = _of_service(installation, service_id) & bulk.c.operation.is_not(None)
        which &= bulk.c.id.not_like("c-%")  # changes of mailboxes that are there
        return self._find(which)

    @locks.retried
    def begin(
        self,
        identity: str,
        intent: Intent,
        rows: Sequence[Mapping[str, Any]],
        outcomes: Sequence[Outcome],
    ) -> str:
        """Note the operation that makes an upload, as one to be carried on; its reference.

        ``rows`` are those to be made; ``outcomes`` say of every row how it stands. One that was
        begun before keeps its operation.

        Raises:
            NotFound: the upload is not there any more.
        """
        names = (intent.installation, intent.service_id)
        this = bulk.c.id == identity
        with writer(self._engine, locks.service(*names)).begin() as connection:
            held = connection.execute(sa.select(bulk).where(this, _of_service(*names))).first()
            if held is None:
                raise NotFound(GONE)
            if held.operation:
                return str(held.operation)
            row = intent.row(int(time.time()), written=False) | {"state": "open"}
            connection.execute(operation.insert(), row)
            change = {"operation": intent.id, "content": self._encrypted(rows)}
            connection.execute(bulk.update().where(this).values(**change))
            connection.execute(bulk_row.insert(), [_row(identity, one) for one in outcomes])
        return intent.id

    @locks.retried
    def note(self, upload: Upload, outcomes: Sequence[Outcome]) -> None:
        """Note what became of rows."""
        if not outcomes:
            return
        change = bulk_row.update().where(
            bulk_row.c.bulk == sa.bindparam("of_bulk"), bulk_row.c.line == sa.bindparam("of_line")
        )
        change = change.values(outcome=sa.bindparam("new"), message=sa.bindparam("why"))
        with self._writer(upload).begin() as connection:
            rows = (_row(upload.id, one) for one in outcomes)
            noted = [{"of_bulk": one["bulk"], "of_line": one["line"], "new": one["outcome"],
                      "why": one["message"]} for one in rows]  # fmt: skip
            connection.execute(change, noted)

    @locks.retried
    def end(self, upload: Upload, passwords: Sequence[tuple[str, str]]) -> None:
        """Erase the rows; keep addresses and generated passwords until they are fetched."""
        change = {"content": None, "ended_at": int(time.time())}
        with self._writer(upload).begin() as connection:
            kept = self._encrypted(passwords) if passwords else None
            this = bulk.c.id == upload.id
            connection.execute(bulk.update().where(this).values(**change, passwords=kept))

    @locks.retried
    def take_passwords(self, upload: Upload) -> list[tuple[str, str]]:
        """The addresses and generated passwords of an import, which are erased."""
        this = bulk.c.id == upload.id
        with self._writer(upload).begin() as connection:
            kept = connection.execute(sa.select(bulk.c.passwords).where(this)).scalar()
            connection.execute(bulk.update().where(this).values(passwords=None))
        return [(address, password) for address, password in self._read(kept)] if kept else []

    def outcomes(self, upload: Upload, skip: int = 0, most: int | None = None) -> Sequence[Outcome]:
        """What became of the rows: those that went wrong first, then by line."""
        worst = sa.case((bulk_row.c.outcome == "failed", 0), (bulk_row.c.outcome == "error", 1),
                        else_=2)  # fmt: skip
        query = sa.select(bulk_row).where(bulk_row.c.bulk == upload.id)
        query = query.order_by(worst, bulk_row.c.line).offset(skip).limit(most)
        with self._engine.connect() as connection:
            return [_outcome(row) for row in connection.execute(query)]

    def counts(self, upload: Upload) -> dict[str, int]:
        """How many rows have which outcome."""
        query = sa.select(bulk_row.c.outcome, sa.func.count()).group_by(bulk_row.c.outcome)
        with self._engine.connect() as connection:
            found = connection.execute(query.where(bulk_row.c.bulk == upload.id)).all()
        return {row.outcome: row[1] for row in found}

    def forget_old(self) -> None:
        """Forget what was not started or fetched in time, and outcomes that are old."""
        now = int(time.time())
        going_on = sa.select(operation.c.id).where(operation.c.state.in_(_NOT_OVER))
        broke_off = bulk.c.operation.not_in(going_on) & bulk.c.ended_at.is_(None)
        old = (bulk.c.ended_at < now - SHOWN) | (
            bulk.c.operation.is_(None) & (bulk.c.made_at < now - KEPT)
        )
        with writer(self._engine).begin() as connection:
            _change(connection, broke_off, {"content": None, "ended_at": now})
            late = bulk.c.passwords.is_not(None) & (bulk.c.ended_at < now - KEPT)
            _change(connection, late, {"passwords": None})
            gone = connection.execute(sa.select(bulk.c.id).where(old)).scalars().all()
            connection.execute(bulk_row.delete().where(bulk_row.c.bulk.in_(gone)))
            connection.execute(bulk.delete().where(bulk.c.id.in_(gone)))

    def _find(self, which: Any) -> Upload | None:
        query = sa.select(bulk).where(which).order_by(bulk.c.made_at.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        rows = self._read(row.content) if row.content else ()
        return Upload(row.id, row.installation, row.service_id, row.made_at, rows, row.operation,
                      row.ended_at, row.passwords is not None)  # fmt: skip

    def _writer(self, upload: Upload) -> Engine:
        return writer(self._engine, locks.service(upload.installation, upload.service_id))

    def _encrypted(self, value: Any) -> str:
        from cryptography.fernet import Fernet

        packed = zlib.compress(json.dumps(value).encode("utf-8"), 1)
        return Fernet(self._key).encrypt(packed).decode("ascii")

    def _read(self, text: str) -> Any:
        """What was encrypted.

        Raises:
            StoreUnusable: it was encrypted with another key.
        """
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return json.loads(zlib.decompress(Fernet(self._key).decrypt(text.encode("ascii"))))
        except InvalidToken as error:
            raise StoreUnusable(reason="its key file is another store's") from error


def _of_service(installation: str, service_id: str) -> sa.ColumnElement[bool]:
    return (bulk.c.installation == installation) & (bulk.c.service_id == service_id)


def _row(identity: str, one: Outcome) -> dict[str, Any]:
    values = {name: str(value) for name, value in one.values.items()}
    message = json.dumps([one.message, values]) if one.message else None
    return {"bulk": identity, "line": one.line, "address": one.address[:320],
            "outcome": one.outcome, "message": message}  # fmt: skip


def _outcome(row: Any) -> Outcome:
    message, values = json.loads(row.message) if row.message else ("", {})
    return Outcome(row.line, row.address, row.outcome, message, values)


def _change(connection: Connection, which: Any, values: Mapping[str, Any]) -> None:
    connection.execute(bulk.update().where(which).values(**values))
