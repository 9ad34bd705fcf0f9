"""The stores that cases run on: SQLite in the state folder, and PostgreSQL where there is one."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from puq_zimbra.store import migrations


class Sqlite:
    """The default: all of it lies in the folder."""

    name = "SQLite"

    def settings(self, directory: Path) -> dict[str, Any]:
        """The settings of a store whose folder this is."""
        return {"dir": str(directory)}

    def keep(self, directory: Path, kept: Path) -> None:
        """Copy a store that nobody has open."""
        shutil.copytree(directory, kept)

    def last_event(self, directory: Path) -> str | None:
        """The event of the operation of service 42 that was begun last."""
        # A look at the files themselves would mend what a killed process left behind.
        with tempfile.TemporaryDirectory() as copies:
            for file in directory.glob("store.db*"):
                shutil.copy(file, copies)
            engine = sa.create_engine(f"sqlite:///{copies}/store.db")
            return _last_event(engine)

    def put_back(self, kept: Path, directory: Path) -> None:
        """Make a store from a copy, or an empty one if there is none."""
        if kept.exists():
            shutil.copytree(kept, directory)
        else:
            directory.mkdir(parents=True)


class Postgres(Sqlite):
    """A schema of its own in a database; the folder holds the key."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        schema = f"puq_faults_{os.getpid()}"
        self._given = sa.make_url(url)
        self.trap = CommitTrap(self._given.host or "127.0.0.1", self._given.port or 5432)
        self._engine = sa.create_engine(self._url(schema, self._given.port))
        self._schema = schema
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {schema}"))

    def _url(self, schema: str, port: int | None) -> sa.URL:
        host = self._given.host or "127.0.0.1"
        query = {"options": f"-csearch_path={schema}", "sslmode": "disable"}
        return self._given.set(host=host, port=port).update_query_dict(query)

    def close(self) -> None:
        """Take the schema away."""
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {self._schema} CASCADE"))
        self._engine.dispose()
        self.trap.close()

    def settings(self, directory: Path) -> dict[str, Any]:
        """The settings, by way of the trap."""
        url = self._url(self._schema, self.trap.port).set(host="127.0.0.1")
        shown = url.render_as_string(hide_password=False)
        return {**super().settings(directory), "url": shown}

    def _tables(self) -> list[sa.Table]:
        metadata = sa.MetaData()
        metadata.reflect(self._engine)
        return metadata.sorted_tables

    def keep(self, directory: Path, kept: Path) -> None:
        """Copy folder and rows."""
        super().keep(directory, kept)
        with self._engine.connect() as connection:
            rows = {
                table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                for table in self._tables()
            }
        (kept / "rows.json").write_text(json.dumps(rows), encoding="utf-8")

    def last_event(self, directory: Path) -> str | None:
        """The event of the operation of service 42 that was begun last."""
        return _last_event(self._engine)

    def put_back(self, kept: Path, directory: Path) -> None:
        """Make folder and rows what they were."""
        super().put_back(kept, directory)
        file = directory / "rows.json"
        rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if not rows:
            self._make_new()
            return
        if not self._tables():  # the world before was new, and nobody opened its store
            migrations.make_current(self._engine)
        tables = self._tables()
        with self._engine.begin() as connection:
            for table in reversed(tables):
                connection.execute(table.delete())
            for table in tables:
                if rows.get(table.name):
                    connection.execute(table.insert(), rows[table.name])
                self._count_on(connection, table)

    @staticmethod
    def _count_on(connection: sa.Connection, table: sa.Table) -> None:
        """Have the table's next number follow those that were put back."""
        for column in table.primary_key:
            counter = sa.func.pg_get_serial_sequence(table.name, column.name)
            if connection.execute(sa.select(counter)).scalar():
                following = sa.select(
                    sa.func.coalesce(sa.func.max(column), 0) + 1
                ).scalar_subquery()
                connection.execute(sa.select(sa.func.setval(counter, following, False)))

    def _make_new(self) -> None:
        """Make the schema anew: a store whose tables are there is not a new one."""
        with self._engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {self._schema} CASCADE"))
            connection.execute(sa.text(f"CREATE SCHEMA {self._schema}"))


def _last_event(engine: sa.Engine) -> str | None:
    query = "select event from operation where service_id = '42' order by number desc limit 1"
    with engine.connect() as connection:
        event: str | None = connection.exec_driver_sql(query).scalar()
    engine.dispose()
    return event


class CommitTrap:
    """Stands between a client and PostgreSQL and sees commits pass."""

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.commits = 0
        self._number = -1
        self._carried_out = False
        self._spring: Callable[[], None] = lambda: None
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, number: int, carried_out: bool, spring: Callable[[], None]) -> None:
        """Spring at this commit from now on: before the server has it, or before it answers."""
        self.commits, self._number = 0, number
        self._carried_out, self._spring = carried_out, spring

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._server) as server:
            other = {client: server, server: client}
            while True:
                for one in select.select(list(other), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    if one is client and self._springs(data):
                        if self._carried_out:
                            server.sendall(data)
                            server.recv(65536)
                        self._spring()
                        return
                    other[one].sendall(data)

    def _springs(self, data: bytes) -> bool:
        if b"COMMIT" not in data:
            return False
        self.commits += 1
        return self.commits - 1 == self._number
