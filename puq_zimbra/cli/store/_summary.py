"""What the commands `puq-zimbra store …` share: the store's version, and the summary."""

from __future__ import annotations

import json
from typing import Any

import click

from puq_zimbra import file_owner
from puq_zimbra.config import Config
from puq_zimbra.store import engine, files, migrations


def version_of(config: Config) -> int | None:
    """The version of the store; None if there is no store, which is then not made.

    Raises:
        AnotherUsers: we are root, and it is another user's.
    """
    file_owner.require_ours(config)  # SQLite leaves files when it is only read, too
    if not config.store.url and not files.database(config).exists():
        files.require_database(config)
        return None
    database = engine.make(config)
    try:
        with database.connect() as connection:
            return migrations.found(connection)
    finally:
        database.dispose()


def show(summary: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print the summary as JSON, or as lines."""
    click.echo(json.dumps(summary, ensure_ascii=False) if as_json else "\n".join(lines))
