"""The answers given over HTTP, so that no request is carried out twice.

A request is known by its id, and what it was by a keyed digest. Its time tells a replay, which gets
the answer that was given, from the sender's own retry, which gets it only if it was final. After
a quarter of an hour an answer is forgotten: by then the request's signature is out of date, and
what it may have written is known to `operations`.

Answers need not reach the disk at once: what a hook wrote is on it already, and a read can be
repeated after a power cut.

Source: the Standard Webhooks specification 1.0.0 ("Replay"); SQLite's "PRAGMA synchronous",
PostgreSQL's "Asynchronous Commit".
"""

from __future__ import annotations

import hashlib
import hmac
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from puq_zimbra.store.engine import hasty_writer
from puq_zimbra.store.tables import answer

#: seconds for which answers are kept: longer than any signature is good, ahead of time or late
KEPT = 900

_MINE = answer.c.id == sa.bindparam("of_id")
_GET, _FORGET, _KEEP = sa.select(answer).where(_MINE), answer.delete().where(_MINE), answer.insert()


@dataclass(frozen=True)
class Answered:
    """A request that was answered before."""

    digest: str
    #: seconds since 1970, as the request said; the latest of its retries
    timestamp: int
    status: int
    #: whether the sender's retry changes nothing
    final: bool
    #: None = not kept: it holds a secret
    body: bytes | None


class Answers:
    """The answers of the last quarter of an hour."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine, self._writer, self._key = engine, hasty_writer(engine), key

    def digest(self, asked: str, body: bytes) -> str:
        """A digest of a request, from which no secret in it can be guessed."""
        return hmac.new(self._key, asked.encode() + b"\0" + body, hashlib.sha256).hexdigest()

    def get(self, identity: str) -> Answered | None:
        """What the request of an id was answered."""
        with self._engine.connect() as connection:
            row = connection.execute(_GET, {"of_id": identity}).first()
        if row is None:
            return None
        body = None if row.body is None else zlib.decompress(row.body)
        return Answered(row.digest, row.timestamp, row.status, bool(row.final), body)

    def keep(self, identity: str, given: Answered, *, again: bool) -> None:
        """Keep the answer to a request; with ``again`` it replaces the one that is kept."""
        body = None if given.body is None else zlib.compress(given.body, 1)
        row = {
            "id": identity,
            "digest": given.digest,
            "timestamp": given.timestamp,
            "status": given.status,
            "final": int(given.final),
            "body": body,
            "at": int(time.time()),
        }
        # With PostgreSQL another machine may have answered the same request just now: that stays.
        with suppress(IntegrityError), self._writer.begin() as connection:
            if again:
                connection.execute(_FORGET, {"of_id": identity})
            connection.execute(_KEEP, row)

    def forget_old(self) -> None:
        """Forget the answers that no retry can ask for."""
        with self._writer.begin() as connection:
            connection.execute(answer.delete().where(answer.c.at < int(time.time()) - KEPT))
