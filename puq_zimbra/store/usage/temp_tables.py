"""Stage one reading of a Zimbra in temporary tables that fill while it is read.

Other connections see nothing of it, and nothing is locked, until it was read whole. Then
`puq_zimbra.store.usage.commit_reading` moves it over in one short transaction. A reading that
breaks off leaves nothing behind.

Source: SQLite "CREATE TABLE" (temporary tables live in a file of the connection's own); PostgreSQL
"COPY".
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from puq_zimbra.errors import Busy
from puq_zimbra.store import locks
from puq_zimbra.store.engine import PATIENCE, writing

_metadata = sa.MetaData()


# Text, however long it is: what one account is called must not stop the reading of all others.
#: the customers' mailboxes as the directory names them
staged_account = sa.Table(
    "staged_account",
    _metadata,
    #: the service's number in this reading
    sa.Column("tally", sa.Integer, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("cos", sa.Text, nullable=False),
    prefixes=["TEMPORARY"],
)
#: the storage of accounts
staged_storage = sa.Table(
    "staged_storage",
    _metadata,
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("quota", sa.BigInteger),
    prefixes=["TEMPORARY"],
)
#: the services that are kept: the tally's number and our key of the service
staged_service = sa.Table(
    "staged_service",
    _metadata,
    sa.Column("tally", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("service", sa.BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)
_TABLES = (staged_account, staged_storage, staged_service)
#: our keys of the services that are kept
STAGED = sa.select(staged_service.c.service)


#: held by the thread that moves a reading over
_moves = threading.Lock()
#: rows of one statement; SQLite takes some thirty thousand values
_BATCH = 500


@cache
def _insertion(table: str, columns: int, rows: int) -> str:
    row = "(" + ", ".join("?" * columns) + ")"
    return f"INSERT INTO {table} VALUES " + ", ".join([row] * rows)


class Stage:
    """Where a reading's pages go."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def accounts(self, rows: list[tuple[int, str, str, str, str]]) -> None:
        """Take a page: the tally's number, account id, address, status, class of service's id."""
        self._insert(staged_account, rows)
        self._settle()

    def storage(self, rows: Iterable[tuple[str, int, int | None]]) -> None:
        """Take a page: account id, bytes used, limit in bytes; of other accounts too."""
        self._insert(staged_storage, list(rows))
        self._settle()

    def services(self, rows: Iterable[tuple[int, int]]) -> None:
        """Say which services are kept: the tally's number, our key."""
        self._insert(staged_service, list(rows))

    def leave_out(self, number: int) -> None:
        """Say that a service is not kept after all."""
        mine = staged_service.c.tally == number
        self.connection.execute(staged_service.delete().where(mine))

    def _insert(self, table: sa.Table, rows: list[Any]) -> None:
        if not rows:
            return
        names = ", ".join(table.columns.keys())
        if self.connection.dialect.name == "postgresql":
            # A tenth of the time of INSERT.
            driver: Any = self.connection.connection.dbapi_connection
            with driver.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            # Past SQLAlchemy's compiler, which takes longer than SQLite itself; and many rows at a
            # time, for between two statements the threads of a sync hand over to each other.
            statement = _insertion(table.name, len(table.columns), len(batch))
            self.connection.exec_driver_sql(statement, tuple(chain.from_iterable(batch)))

    def _settle(self) -> None:
        """End the page's transaction: Zimbra is asked next, and none should wait for it."""
        self.connection.commit()
        driver: Any = self.connection.connection.dbapi_connection
        driver.commit()  # what COPY began without SQLAlchemy's knowledge


@cache
def _creations(dialect: sa.Dialect) -> tuple[str, ...]:
    return tuple(str(sa.schema.CreateTable(table).compile(dialect=dialect)) for table in _TABLES)


@contextmanager
def stage(engine: Engine) -> Iterator[Stage]:
    """Give a stage on a connection of its own; everything in it is gone afterwards."""
    with engine.connect() as connection:
        connection.detach()  # closed afterwards, which is faster than to drop what is in the tables
        for statement in _creations(connection.dialect):
            connection.exec_driver_sql(statement)
        connection.commit()
        yield Stage(connection)


@contextmanager
def moving(stage: Stage, lock: locks.Lock) -> Iterator[Connection]:
    """Give the stage's connection in the transaction that moves its content, under a lock."""
    connection = stage.connection
    connection.commit()
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        index = (
            "CREATE INDEX IF NOT EXISTS staged_by_account ON staged_storage (account, used, quota)"
        )
        connection.exec_driver_sql(index)
        connection.commit()
    in_turn = _turn() if sqlite else nullcontext()
    with in_turn, connection.execution_options(**writing(lock)).begin():
        if not sqlite:
            # Joins and sorts a hundred thousand mailboxes without a file.
            connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")
        yield connection


@contextmanager
def _turn() -> Iterator[None]:
    """Let the threads of this process move one after the other.

    The next one is woken at once; where SQLite is asked to wait, it looks every tenth of a second.
    """
    if not _moves.acquire(timeout=PATIENCE / 1000):
        raise Busy
    try:
        yield
    finally:
        _moves.release()
