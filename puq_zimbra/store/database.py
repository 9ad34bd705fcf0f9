"""Open the store: its database, and the key that goes with it."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured, StoreAway
from puq_zimbra.store import engine as engines
from puq_zimbra.store import files, migrations, queue, slots, trouble
from puq_zimbra.store.bulk import Bulk
from puq_zimbra.store.dkim import DkimKeys
from puq_zimbra.store.dns import DnsChecks
from puq_zimbra.store.forgetting import Forgetting
from puq_zimbra.store.links import OneUseLinks
from puq_zimbra.store.operations import pruning
from puq_zimbra.store.operations.activity import Activity
from puq_zimbra.store.operations.answers import Answers
from puq_zimbra.store.operations.operation_store import Operations
from puq_zimbra.store.operations.trail import Trail
from puq_zimbra.store.tables import operation, schema
from puq_zimbra.store.usage.history import History
from puq_zimbra.store.usage.runs import Runs
from puq_zimbra.store.usage.usage_store import UsageStore


class Store:
    """The operations, usage and answers of one store."""

    def __init__(
        self, engine: Engine, key: bytes, config: Config, file: files.Opened | None
    ) -> None:
        self._engine, self._file = engine, file
        self._dead_after = config.limits.dead_seconds
        self.usage = UsageStore(engine, config.usage)
        self.history = History(engine)
        self.runs = Runs(engine)
        self.trail = Trail(engine, key)
        self.operations = Operations(engine, key, self.trail, config)
        self.answers = Answers(engine, key)
        self.activity = Activity(engine)
        self.bulk = Bulk(engine, key)
        self.dns = DnsChecks(engine)
        self.dkim = DkimKeys(engine, key)
        self.forgetting = Forgetting(engine, self.trail)
        self.links = OneUseLinks(engine, key)
        #: what the tokens of the customers' forms are signed with
        self.form_key = hmac.digest(key, b"puq_zimbra forms", hashlib.sha256)
        #: what the records are made from by which customers prove that domains are theirs
        self.proof_key = hmac.digest(key, b"puq_zimbra proofs of domains", hashlib.sha256)

    @classmethod
    def open(cls, config: Config) -> Store:
        """Open the configured store, made if it is new and brought up to date if it is older.

        Raises:
            Misconfigured: it cannot be opened, or a newer version made it.
            StoreAway: it cannot be used just now, or is gone and only its key is left.
        """
        try:
            with files.alone(config):
                engine = engines.make(config)
                try:
                    engines.write_ahead(engine)
                    used = files.read_key(config) is not None
                    gone = StoreAway(trouble.GONE, place=engines.place(config)) if used else None
                    migrations.make_current(engine, instead=gone)
                    file = None if config.store.url else files.Opened.now(files.database(config))
                    return cls(engine, _key(config, engine), config, file)
                except BaseException:
                    engine.dispose()
                    raise
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise trouble.of(error, engines.place(config)) from error

    def is_current(self) -> bool:
        """Whether this is still the configured store; if not, it is to be opened anew.

        Raises:
            StoreAway: it is gone.
        """
        return self._file is None or self._file.is_there()

    def prove_writable(self) -> None:
        """Prove that the database can be written; a power cut may take the write away.

        Raises:
            StoreAway: it cannot be written.
            Busy: others write.
        """
        with engines.hasty_writer(self._engine).begin() as connection:
            connection.execute(schema.update().values(proved_at=int(time.time())))

    def forget_ended(self, days: int, *, dry_run: bool = False) -> int:
        """Forget the operations that ended so many days ago, none with 0; return how many."""
        if not days:
            return 0
        before = int((datetime.now(UTC) - timedelta(days=days)).timestamp())
        if dry_run:
            return pruning.count(self._engine, before)
        self.dns.forget_old(before)
        self.dkim.forget_old(before)
        return pruning.forget(engines.writer(self._engine), before)

    def prepare_queue(self) -> None:
        """Make the workers' queue, or bring it up to date (`puq_zimbra.store.queue`)."""
        queue.prepare(self._engine)

    def sweep(self) -> int:
        """Put in jobs for operations that are not over and have none; how many."""
        return queue.sweep(self._engine)

    def queues(self) -> tuple[Sequence[queue.QueueFigures], int]:
        """What the workers' queues hold, and how many workers live."""
        return ((), 0) if self._file else queue.figures(self._engine, self._dead_after)

    def lease_slots(
        self, server: str, node: str, wanted: Sequence[slots.Wanted]
    ) -> Mapping[str, list[int]]:
        """Lease slots of a server's rate limit to a machine; the numbers by their kind."""
        return slots.lease(self._engine, server, node, wanted)

    def overwrite(self) -> bool:
        """Take what was deleted out of the database's file too; false while others read the file.

        Raises:
            StoreAway: its disk has no room for a copy.
            Busy: others write.
        """
        try:
            return engines.vacuum(self._engine)
        except sqlite3.Error as error:
            place = str(self._file.path) if self._file else ""
            raise trouble.of(error, place) from error

    def close(self) -> None:
        """Close the store."""
        self._engine.dispose()


def _key(config: Config, engine: Engine) -> bytes:
    """The store's key, made if nothing was done with one yet."""
    key = files.read_key(config)
    if key is not None:
        return key
    with engine.connect() as connection:
        used = connection.execute(sa.select(operation.c.id).limit(1)).first() is not None
    if used:
        # With another key every line of the audit trail looks forged, and no retry of a request is
        # recognised.
        raise Misconfigured(
            "The store's key file %(path)s is missing: put it back from a backup, or copy it from"
            " the machine that made the store.",
            path=str(files.key_file(config)),
        )
    return files.make_key(config)
