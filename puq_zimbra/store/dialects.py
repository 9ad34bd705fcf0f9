"""What SQLite and PostgreSQL say alike, but SQLAlchemy builds for each by itself.

Source: SQLite and PostgreSQL "INSERT … ON CONFLICT DO UPDATE".
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class now(FunctionElement[int]):
    """The database's date, in whole seconds since 1970: one clock for all machines."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(now, "sqlite")
def _now_sqlite(*_: Any, **__: Any) -> str:
    return "CAST(strftime('%s', 'now') AS INTEGER)"


@compiles(now, "postgresql")
def _now_postgresql(*_: Any, **__: Any) -> str:
    # Not now(), which is when the transaction began: it may have waited for its lock since.
    return "CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)"


def insert(dialect: str, table: sa.Table) -> Any:
    """An INSERT that can say what to do where the row is there already."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
