"""`puq-zimbra store backup`: see `puq_zimbra.store.archive`.

Source: PostgreSQL "SQL Dump" (pg_dump, pg_restore), for stores that are kept there.
"""

from __future__ import annotations

import shlex
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.engine import URL

from puq_zimbra.cli import _job, _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.store import _summary
from puq_zimbra.config import Config, load
from puq_zimbra.errors import NotFound, StoreUnusable
from puq_zimbra.store import engine, files
from puq_zimbra.store.backup import archive


@click.command()
@click.argument("target", metavar="FILE|DIR", type=click.Path(path_type=Path))
@_options.json_summary
@click.pass_context
def backup(context: click.Context, target: Path, as_json: bool) -> None:
    """Write database and key to one file, while hooks go on.

    In a folder the file is named after the time. The file holds a secret: only its owner may read
    it. For a store in PostgreSQL it holds the key, and pg_dump's command for the rest is printed.

    \b
    Examples:
      puq-zimbra store backup /var/backups
      puq-zimbra store backup before-the-upgrade.tar
    """
    config = load(context.obj)
    now = datetime.now(UTC)
    path = target / f"puq-zimbra-{now:%Y%m%dT%H%M%SZ}.tar" if target.is_dir() else target
    if files.read_key(config) is None or _summary.version_of(config) is None:
        raise NotFound("There is no store in %(path)s yet.", path=config.store_directory())
    _job.logged(context, config)
    with waiting("backup"), _job.counted("backup") as told:
        version = write(config, path)
        told |= {"file": str(path), "bytes": path.stat().st_size}
    summary = {"backup": str(path), "version": version, "bytes": path.stat().st_size}
    lines = [f"{path}: version {version}, {summary['bytes']} bytes"]
    if config.store.url:
        url = _url(config)
        lines = [
            f"{path}: the key alone. The database that it belongs to, and how it comes back:",
            f"pg_dump --format=custom --file=puq-zimbra.dump {url}",
            f"pg_restore --clean --if-exists --dbname={url} puq-zimbra.dump",
        ]
        summary |= {"dump": lines[1], "restore": lines[2]}
    _summary.show(summary, lines, as_json=as_json)


def write(config: Config, path: Path) -> int | None:
    """Write the backup to a new file; return the version of the database in it, if there is one.

    Raises:
        StoreUnusable: the database cannot be copied, or the file cannot be written.
    """
    version = None
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".puq-zimbra-") as folder:
            members = {archive.KEY: files.key_file(config)}
            if not config.store.url:
                members[archive.DATABASE] = copy = Path(folder) / archive.DATABASE
                version = archive.snapshot(files.database(config), copy)
            archive.pack(path, archive.About.now(version), members)
    except archive.Unusable as error:
        raise StoreUnusable(error) from error
    except OSError as error:
        raise archive.not_written(path, error) from error
    return version


def _url(config: Config) -> str:
    """The database's address for PostgreSQL's own programs, without a password."""
    url = engine.address(config).set(drivername="postgresql")
    plain = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    )
    return shlex.quote(plain.render_as_string())
