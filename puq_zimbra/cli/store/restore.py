"""`puq-zimbra store restore`: see `puq_zimbra.store.exchange`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from puq_zimbra import file_owner
from puq_zimbra.cli import _options, _paste
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.store import _summary
from puq_zimbra.config import Config, load
from puq_zimbra.errors import Refused
from puq_zimbra.store import files
from puq_zimbra.store.backup import archive, exchange
from puq_zimbra.store.operations import held


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the present store, which is kept aside.")
@click.option("--dry-run", is_flag=True, help="Check the backup, and say what would be done.")
@_options.json_summary
@click.pass_context
def restore(
    context: click.Context, source: Path, replace: bool, dry_run: bool, as_json: bool
) -> None:
    """Put a backup back, after it was checked from end to end.

    \b
    Examples:
      puq-zimbra store restore --dry-run puq-zimbra-20260105T030000Z.tar
      puq-zimbra store restore --replace puq-zimbra-20260105T030000Z.tar
    """
    config = load(context.obj)
    with waiting("restore"):
        about, there, kept = put_back(config, source, replace=replace, dry_run=dry_run)
    summary = {"restored": not dry_run, "made_at": about.made_at, "version": about.version}
    lines = [f"{'would restore' if dry_run else 'restored'}: the store of {about.made_at}"]
    if there:
        summary["kept"] = str(kept)
        lines.append(f"the store before {'would be' if dry_run else 'is'} kept in {kept}")
    if kept is not None and kept.is_file():
        undo = _paste.command("store", "restore", "--replace", str(kept))
        lines.append(f"undo: {undo}")
    if config.store.url:
        lines.append("this was the key alone: pg_restore brings the database back")
    _summary.show(summary, lines, as_json=as_json)


def put_back(
    config: Config, source: Path, *, replace: bool, dry_run: bool
) -> tuple[archive.About, bool, Path | None]:
    """Restore a backup; return what it is, whether it replaces a store, and where that is kept.

    Raises:
        Refused: there is a store, without ``replace``; or one of another kind of database.
        Invalid: the file is not a whole backup.
    """
    file_owner.require_ours(config)
    # Beside the store, so that the files need only be renamed; a rehearsal makes no folder.
    beside = config.store_directory() if dry_run else files.directory(config)
    with tempfile.TemporaryDirectory(
        dir=beside if beside.is_dir() else None, prefix=".restoring-"
    ) as folder:
        about = archive.unpack(source, Path(folder))
        there = _is_replaced(config, about, replace=replace)
        if about.version is not None and not dry_run:
            # Customers may have paid since the backup was made: old deletions wait for a person.
            held.hold_all(Path(folder) / archive.DATABASE, about.version)
        if dry_run:
            exchange.require_unused(config)
            return about, there, exchange.kept_name(config) if there else None
        return about, there, exchange.exchange(config, Path(folder))


def _is_replaced(config: Config, about: archive.About, *, replace: bool) -> bool:
    """Whether there is a store that the backup would replace.

    Raises:
        Refused: there is, without --replace; or the backup is of another kind of database.
    """
    if (about.version is None) != bool(config.store.url):
        raise Refused(
            "The backup is of a store in another kind of database: check [store] in the settings."
        )
    there = exchange.is_there(config)
    if there and not replace:
        raise Refused(
            "There is a store in %(path)s: --replace puts the backup in its place and keeps it"
            " aside.",
            path=files.directory(config),
        )
    return there
