"""Make a new store, or bring an older one up to date: forwards only, in one transaction.

An older store is brought up to date by whoever opens it first after an upgrade, a hook as a rule.
The other way, to refuse it until somebody has run a command, would stop every order from the
upgrade until then. For that to harm nobody, a step

* only adds: tables, indexes, columns that are empty or have a default. Hooks of the version before
  may be under way; they name the columns that they know, and go on;
* takes no longer than a hook may wait, with a million operations as well;
* is written in literal SQL that both databases understand but for a few words, never taken from
  `tables`, which will have moved on.

All steps and the new version number take effect at once or not at all, and whoever else opens the
store waits meanwhile. Code of the version before is told that it is too old.

Source: SQLite "ALTER TABLE"; PostgreSQL "ALTER TABLE" (a default that is a constant does not touch
the rows); both roll back changes of the schema.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import Misconfigured
from puq_zimbra.store.from_1_to_2 import FROM_1_TO_2
from puq_zimbra.store.from_2_to_3 import FROM_2_TO_3
from puq_zimbra.store.from_3_to_4 import FROM_3_TO_4
from puq_zimbra.store.tables import VERSION, metadata, schema

Step = Sequence[str]

#: the statements that make version 2 out of 1, those that make 3 out of 2, and so on
STEPS: Sequence[Step] = (FROM_1_TO_2, FROM_2_TO_3, FROM_3_TO_4)
#: where the two databases have different words
_WORDS = {
    "sqlite": {
        "key": "INTEGER",
        "reference": "INTEGER",
        "bytes": "BLOB",
        "without_rowid": " WITHOUT ROWID",
    },
    "postgresql": {
        "key": "BIGSERIAL",
        "reference": "BIGINT",
        "bytes": "BYTEA",
        "without_rowid": "",
    },
}


def found(connection: Connection) -> int | None:
    """The version of a store; None if it is new."""
    if not sa.inspect(connection).has_table(schema.name):
        return None
    version = connection.execute(sa.select(schema.c.version)).scalar()
    return None if version is None else int(version)


def missing(version: int, steps: Sequence[Step] = STEPS) -> Sequence[Step]:
    """The steps that a store of a version needs.

    Raises:
        Misconfigured: a newer program made it.
    """
    newest = len(steps) + 1
    if not 1 <= version <= newest:
        raise Misconfigured(
            "The store has version %(found)s, this program works with %(known)s: update"
            " puq_zimbra.",
            found=version,
            known=newest,
        )
    return steps[version - 1 :]


def make_current(engine: Engine, writer: Engine, steps: Sequence[Step] = STEPS) -> None:
    """Make the store's tables, or bring them up to date.

    Raises:
        Misconfigured: a newer program made them.
    """
    with engine.connect() as connection:  # as a rule there is nothing to write, nor to wait for
        version = found(connection)
        if version is not None and not missing(version, steps):
            return
    with writer.begin() as connection:
        version = found(connection)
        if version is None:
            metadata.create_all(connection)
            connection.execute(schema.insert(), {"version": VERSION})
            return
        for statement in (one for step in missing(version, steps) for one in step):
            connection.exec_driver_sql(statement.format_map(_WORDS[connection.dialect.name]))
        connection.execute(schema.update().values(version=len(steps) + 1))
