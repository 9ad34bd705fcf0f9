"""What SQLite and PostgreSQL say alike, but SQLAlchemy builds for each by itself.

Source: SQLite and PostgreSQL "INSERT … ON CONFLICT DO UPDATE".
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class now(FunctionElement[int]):
    """The database's date, in whole seconds since 1970: one clock for all machines."""

    type = sa.BigInteger()
    inherit_cache = True


_DATE = sa.select(now())


@compiles(now, "sqlite")
def _now_sqlite(*_: Any, **__: Any) -> str:
    return "CAST(strftime('%s', 'now') AS INTEGER)"


@compiles(now, "postgresql")
def _now_postgresql(*_: Any, **__: Any) -> str:
    # Not now(), which is when the transaction began: it may have waited for its lock since.
    return "CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)"


def date(connection: Connection) -> int:
    """The date by which ages are told, in seconds since 1970: the database's, as it is everybody's.

    SQLite's is this machine's, and is not worth a question.
    """
    if connection.dialect.name == "sqlite":
        return int(time.time())
    found: int = connection.execute(_DATE).scalar_one()
    return found


def insert(dialect: str, table: sa.Table) -> Any:
    """An INSERT that can say what to do where the row is there already."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
