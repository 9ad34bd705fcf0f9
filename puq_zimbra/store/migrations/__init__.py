"""Make a new store, or bring an older one up to date: forwards only, in one transaction.

The files of this folder are numbered by the version of the store that they make, and applied in
that order, each once. The first one makes the tables; older stores are refused. A file that needs
another text for each database is there twice: NUMBER_what_it_does.sqlite.sql and
NUMBER_what_it_does.postgresql.sql.

The first process that opens an older store after an upgrade brings it up to date; as a rule that is
a hook. To refuse it until a command was run would stop every order from the upgrade until then. So
a file

* only adds: tables, indexes, columns that are empty or have a default. Hooks of the version before
  may still run; they name the columns that they know, and go on;
* takes no longer than a hook may wait, with a million operations as well;
* is never changed once it was released, and ends each statement with a semicolon at a line's end.

All files and the new version number take effect at once or not at all. Other processes that open
the store wait meanwhile. Code of the version before is told that it is too old.

Source: SQLite "ALTER TABLE"; PostgreSQL "ALTER TABLE" (a default that is a constant does not touch
the rows); both roll back changes of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import Misconfigured, PuqZimbraError
from puq_zimbra.store.engine import writer
from puq_zimbra.store.tables import VERSION, schema

FOLDER = Path(__file__).parent


def found(connection: Connection) -> int | None:
    """The version of a store; None if it is new."""
    if not sa.inspect(connection).has_table(schema.name):
        return None
    version = connection.execute(sa.select(schema.c.version)).scalar()
    return None if version is None else int(version)


def missing(version: int | None, folder: Path = FOLDER) -> Sequence[int]:
    """The versions that a store of a version, None if it is new, is brought to one by one.

    Raises:
        Misconfigured: a newer program made it, or one that is too old.
    """
    if version == VERSION and folder == FOLDER:  # as nearly always: no need to look
        return ()
    known = sorted({int(path.name[:4]) for path in folder.glob("*.sql")})
    if version is None:
        return known
    if version > known[-1]:
        raise Misconfigured(
            "The store has version %(found)s, this program works with %(known)s: update"
            " puq_zimbra.",
            found=version,
            known=known[-1],
        )
    if version < known[0]:
        raise Misconfigured(
            "The store has version %(found)s, which is too old for this program: run puq-zimbra"
            " store migrate of puq_zimbra 0.1 first.",
            found=version,
        )
    return [one for one in known if one > version]


def make_current(
    engine: Engine, folder: Path = FOLDER, *, instead: PuqZimbraError | None = None
) -> None:
    """Make the store's tables, or bring them up to date.

    Raises:
        Misconfigured: a newer program made them, or one that is too old.
        PuqZimbraError: there are none; this is ``instead``, if it is given.
    """
    with engine.connect() as connection:  # as a rule there is nothing to write, nor to wait for
        version = found(connection)
        if version is not None and not missing(version, folder):
            return
    with writer(engine).begin() as connection:
        version = found(connection)
        if version is None and instead:
            raise instead
        for one in missing(version, folder):
            for statement in _statements(folder, one, connection.dialect.name):
                connection.exec_driver_sql(statement)
            version = _note(connection, version, one)


def _statements(folder: Path, version: int, dialect: str) -> Iterator[str]:
    """The statements that make a version in a database."""
    (path,) = (
        path
        for path in folder.glob(f"{version:04}_*.sql")
        if path.suffixes[-2:] in ([".sql"], [f".{dialect}", ".sql"])
    )
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            yield statement


def _note(connection: Connection, before: int | None, version: int) -> int:
    """Note the version that the store has now."""
    change = schema.insert() if before is None else schema.update()
    connection.execute(change.values(version=version))
    return version
