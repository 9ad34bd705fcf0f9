"""Open the store: its database, and the key that goes with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from puq_zimbra.config import Config, UsageSettings
from puq_zimbra.errors import Misconfigured, StoreUnusable
from puq_zimbra.store import engine as engines
from puq_zimbra.store import files, migrations, pruning
from puq_zimbra.store.answers import Answers
from puq_zimbra.store.figures import Figures
from puq_zimbra.store.history import History
from puq_zimbra.store.operations import Operations
from puq_zimbra.store.runs import Runs
from puq_zimbra.store.tables import operation


class Store:
    """Our own memory."""

    def __init__(self, engine: Engine, key: bytes, settings: UsageSettings) -> None:
        self._engine = engine
        writer = engines.writer(engine)
        self.figures = Figures(engine, writer, settings)
        self.history = History(engine, writer)
        self.runs = Runs(engine, writer)
        self.operations = Operations(engine, writer, key)
        self.answers = Answers(engine, key)

    @classmethod
    def open(cls, config: Config) -> Store:
        """Open the configured store, made if it is new and brought up to date if it is older.

        Raises:
            Misconfigured: it cannot be opened, or a newer version made it.
        """
        try:
            engine = engines.make(config)
            try:
                with files.alone(config):
                    engines.write_ahead(engine)
                    migrations.make_current(engine, engines.writer(engine))
                    return cls(engine, _key(config, engine), config.usage)
            except BaseException:
                engine.dispose()
                raise
        except (SQLAlchemyError, OSError) as error:
            raise StoreUnusable(getattr(error, "strerror", None) or type(error).__name__) from error

    def forget_ended(self, days: int, *, dry_run: bool = False) -> int:
        """Forget the operations that ended so many days ago, none with 0; how many there were."""
        if not days:
            return 0
        before = int((datetime.now(UTC) - timedelta(days=days)).timestamp())
        if dry_run:
            return pruning.count(self._engine, before)
        return pruning.forget(engines.writer(self._engine), before)

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
        # Another key would make every line of the audit trail look forged, and a request that
        # comes twice look like another one.
        raise Misconfigured(
            "The store's key file %(path)s is missing: put it back from a backup, or copy it from"
            " the machine that made the store.",
            path=str(files.key_file(config)),
        )
    return files.make_key(config)
