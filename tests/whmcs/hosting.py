"""WHMCS's table of services, as far as figures are concerned, in MariaDB or SQLite."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from ..mariadb import MariaDb

TABLE = (
    "CREATE TABLE tblhosting (id INTEGER PRIMARY KEY, server INTEGER, domain VARCHAR(64),"
    " domainstatus VARCHAR(20), diskusage INTEGER DEFAULT 7, disklimit INTEGER DEFAULT 7,"
    " bwusage INTEGER DEFAULT 7, lastupdate VARCHAR(30) DEFAULT 'never')"
)
SERVICES = [
    (1, 1, "Active"), (2, 1, "Suspended"), (3, 1, "Terminated"), (4, 2, "Active"),
    (5, 1, "Active"), (6, 1, "Active"), (7, 1, "Pending"),
]  # fmt: skip


@dataclass(frozen=True)
class Hosting:
    """WHMCS's table of services, as far as usage is concerned."""

    #: how PHP reaches it
    address: str
    connection: Any

    def execute(self, statement: str) -> Sequence[tuple[Any, ...]]:
        """Run a statement; its rows."""
        with contextlib.closing(self.connection.cursor()) as cursor:
            cursor.execute(statement)
            rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def written(self) -> dict[int, tuple[Any, ...]]:
        """The rows that are not as they were."""
        columns = "id, diskusage, disklimit, bwusage, lastupdate"
        found = self.execute(f"SELECT {columns} FROM tblhosting")
        return {one[0]: one[1:] for one in found if one[1:] != (7, 7, 7, "never")}


@contextlib.contextmanager
def made(database: Path | MariaDb) -> Iterator[Hosting]:
    """The table, in a file for SQLite or a new database of MariaDB."""
    connection: Any
    if isinstance(database, MariaDb):
        address = database.new()
        name = address.partition("dbname=")[2].partition(";")[0]
        connection = pymysql.connect(
            unix_socket=str(database.socket), user="root", database=name, autocommit=True
        )
    else:
        address = f"sqlite:{database}"
        connection = sqlite3.connect(database, isolation_level=None)
    with contextlib.closing(connection):
        hosting = Hosting(address, connection)
        hosting.execute(TABLE)
        for service in SERVICES:
            values = ", ".join(map(repr, service))
            hosting.execute(f"INSERT INTO tblhosting (id, server, domainstatus) VALUES ({values})")
        yield hosting
