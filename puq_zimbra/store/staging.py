"""Stage one reading of a Zimbra: temporary tables that fill while it is read.

Nothing of it can be seen by others, and nothing is locked, until all of it was read whole; then
`puq_zimbra.store.figures` moves it over in one short transaction. A reading that breaks off leaves
nothing behind.

Source: SQLite "CREATE TABLE" (temporary tables live in a file of the connection's own); PostgreSQL
"COPY".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

_metadata = sa.MetaData()


#: the customers' mailboxes as the directory names them
staged_account = sa.Table(
    "staged_account",
    _metadata,
    #: the service's number in this reading
    sa.Column("tally", sa.Integer, nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("address", sa.String(320), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("cos", sa.String(64), nullable=False),
    prefixes=["TEMPORARY"],
)
#: the storage of accounts
staged_storage = sa.Table(
    "staged_storage",
    _metadata,
    sa.Column("account", sa.String(64), nullable=False),
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
        places = ", ".join("?" * len(table.columns))
        # Past SQLAlchemy's compiler, which takes longer than SQLite itself.
        self.connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({places})", rows)

    def _settle(self) -> None:
        """End the page's transaction: Zimbra is asked next, and none should wait for it."""
        self.connection.commit()
        driver: Any = self.connection.connection.dbapi_connection
        driver.commit()  # what COPY began without SQLAlchemy's knowledge


@contextmanager
def stage(engine: Engine) -> Iterator[Stage]:
    """Give a stage on a connection of its own; everything in it is gone afterwards."""
    with engine.connect() as connection:
        connection.detach()  # closed afterwards, which is faster than to drop what is in the tables
        for table in _TABLES:
            connection.execute(sa.schema.CreateTable(table))
        connection.commit()
        yield Stage(connection)


@contextmanager
def moving(stage: Stage) -> Iterator[Connection]:
    """Give the stage's connection in the transaction that moves its content over."""
    connection = stage.connection
    connection.commit()
    index = "CREATE INDEX staged_by_account ON staged_storage (account, used, quota)"
    connection.exec_driver_sql(index)
    connection.commit()
    with connection.execution_options(puqz_writes=True).begin():
        yield connection
