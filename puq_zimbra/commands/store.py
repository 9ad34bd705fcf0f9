"""`puq-zimbra store …`: back up our own memory, put it back, bring it up to date, prune it.

Source: PostgreSQL "SQL Dump" (pg_dump, pg_restore), for stores that are kept there.
"""

from __future__ import annotations

import json
import shlex
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import URL

from puq_zimbra.config import Config
from puq_zimbra.errors import NotFound, Refused, StoreUnusable
from puq_zimbra.store import archive, engine, exchange, files, migrations
from puq_zimbra.store.database import Store


def backup(config: Config, target: Path, *, as_json: bool) -> int:
    """Write a backup to a file that is not there yet, or to a new one in a folder."""
    now = datetime.now(UTC)
    path = target / f"puq-zimbra-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if files.read_key(config) is None or _version(config) is None:
        raise NotFound("There is no store in %(path)s yet.", path=config.store_directory())
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".puq-zimbra-") as folder:
            members = {archive.KEY: files.key_file(config)}
            version = None
            if not config.store.url:
                members[archive.DATABASE] = copy = Path(folder) / archive.DATABASE
                version = archive.snapshot(files.database(config), copy)
            archive.pack(path, archive.About.now(version), members)
    except archive.Unusable as error:
        raise StoreUnusable(error) from error
    except OSError as error:
        raise archive.not_written(path, error) from error
    summary = {"backup": str(path), "version": version, "bytes": path.stat().st_size}
    lines = [f"{path}: version {version}, {summary['bytes']} bytes"]
    if config.store.url:
        lines = [
            f"{path}: the key alone. The database that it belongs to, and how it comes back:",
            f"pg_dump --format=custom --file=puq-zimbra.dump {_place(config)}",
            f"pg_restore --clean --if-exists --dbname={_place(config)} puq-zimbra.dump",
        ]
        summary |= {"dump": lines[1], "restore": lines[2]}
    _say(summary, lines, as_json=as_json)
    return 0


def restore(config: Config, source: Path, *, replace: bool, dry_run: bool, as_json: bool) -> int:
    """Put a backup where the store is."""
    directory = files.directory(config)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".restoring-") as folder:
        about = archive.unpack(source, Path(folder))
        if (about.version is None) != bool(config.store.url):
            raise Refused(
                "The backup is of a store in another kind of database: check [store] in the"
                " settings."
            )
        there = exchange.is_there(config)
        if there and not replace:
            raise Refused(
                "There is a store in %(path)s: --replace puts the backup in its place and keeps it"
                " aside.",
                path=directory,
            )
        kept = None if dry_run else exchange.exchange(config, Path(folder))
    summary = {"restored": not dry_run, "made_at": about.made_at, "version": about.version}
    lines = [f"{'would restore' if dry_run else 'restored'}: the store of {about.made_at}"]
    if there:
        summary["kept"] = kept and str(kept)
        where = f" in {kept}" if kept else ""
        lines.append(f"the store before {'would be' if dry_run else 'is'} kept{where}")
    if kept is not None and kept.is_file():
        lines.append(f"undo: puq-zimbra store restore --replace {shlex.quote(str(kept))}")
    if config.store.url:
        lines.append("this was the key alone: pg_restore brings the database back")
    _say(summary, lines, as_json=as_json)
    return 0


def migrate(config: Config, *, dry_run: bool, as_json: bool) -> int:
    """Bring the store up to date."""
    version = _version(config)
    if version is None:
        raise NotFound("There is no store in %(path)s yet.", path=config.store_directory())
    steps = len(migrations.missing(version))
    if not dry_run:
        Store.open(config).close()
    summary = {"from": version, "to": version + steps, "dry_run": dry_run}
    done = "would be brought" if dry_run else "brought"
    line = f"{done} from version {version} to {version + steps}" if steps else "is up to date"
    _say(summary, [f"the store {line}"], as_json=as_json)
    return 0


def prune(config: Config, *, dry_run: bool, as_json: bool) -> int:
    """Forget operations that ended longer ago than they are to be kept."""
    days = config.store.keep_operations_days
    store = Store.open(config)
    try:
        count = store.forget_ended(days, dry_run=dry_run)
    finally:
        store.close()
    age = f"that ended more than {days} days ago" if days else "are all to be kept"
    done = "would be forgotten" if dry_run else "forgotten"
    line = f"operations {age}: {count} {done}"
    _say({"forgotten": count, "days": days, "dry_run": dry_run}, [line], as_json=as_json)
    return 0


def _version(config: Config) -> int | None:
    """The version of the store; None if there is none, which is then not made."""
    if not config.store.url and not files.database(config).exists():
        return None
    database = engine.make(config)
    try:
        with database.connect() as connection:
            return migrations.found(connection)
    finally:
        database.dispose()


def _place(config: Config) -> str:
    """The database's address for PostgreSQL's own programs, without a password."""
    url = engine.address(config).set(drivername="postgresql")
    plain = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    return shlex.quote(plain.render_as_string())


def _say(summary: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    click.echo(json.dumps(summary, ensure_ascii=False) if as_json else "\n".join(lines))
