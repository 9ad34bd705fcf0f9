"""What SQLite and PostgreSQL say alike, but SQLAlchemy builds for each by itself.

Source: SQLite and PostgreSQL "INSERT … ON CONFLICT DO UPDATE".
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def insert(dialect: str, table: sa.Table) -> Any:
    """An INSERT that can say what to do where the row is there already."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
