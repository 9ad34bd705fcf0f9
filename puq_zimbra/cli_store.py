"""The commands `puq-zimbra store …`: thin and quick to load, as those of `puq_zimbra.cli`."""

from __future__ import annotations

from pathlib import Path

import click

from puq_zimbra.commands import settings

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")


@click.group()
def store() -> None:
    """Back up our own memory, put it back, bring it up to date, prune it.

    \b
    Examples:
      puq-zimbra store backup /var/backups
      puq-zimbra store restore --dry-run /var/backups/puq-zimbra-20260105T030000Z.tar
    """


@store.command("backup")
@click.argument("target", metavar="FILE|DIR", type=click.Path(path_type=Path))
@_AS_JSON
@click.pass_context
def store_backup(context: click.Context, target: Path, as_json: bool) -> None:
    """Write database and key to one file, while hooks go on.

    In a folder the file is named after the time. It holds a secret: it is its owner's alone. Of a
    store in PostgreSQL it holds the key, and pg_dump's command for the rest is printed.

    \b
    Examples:
      puq-zimbra store backup /var/backups
      puq-zimbra store backup before-the-upgrade.tar
    """
    from puq_zimbra.commands.store import backup

    context.exit(backup(settings.of(context), target, as_json=as_json))


@store.command("restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a store, which is kept.")
@click.option("--dry-run", is_flag=True, help="Check the backup, say what would be done.")
@_AS_JSON
@click.pass_context
def store_restore(context: click.Context, /, source: Path, **options: bool) -> None:
    """Put a backup back, after it was checked from end to end.

    \b
    Examples:
      puq-zimbra store restore --dry-run puq-zimbra-20260105T030000Z.tar
      puq-zimbra store restore --replace puq-zimbra-20260105T030000Z.tar
    """
    from puq_zimbra.commands.store import restore

    context.exit(restore(settings.of(context), source, **options))


@store.command("migrate")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@_AS_JSON
@click.pass_context
def store_migrate(context: click.Context, /, **options: bool) -> None:
    """Bring the store up to date after an upgrade, before the next hook does.

    \b
    Examples:
      puq-zimbra store migrate --dry-run
      puq-zimbra store migrate
    """
    from puq_zimbra.commands.store import migrate

    context.exit(migrate(settings.of(context), **options))


@store.command("prune")
@click.option("--dry-run", is_flag=True, help="Say how many, and forget none.")
@_AS_JSON
@click.pass_context
def store_prune(context: click.Context, /, **options: bool) -> None:
    """Forget operations that ended long ago; `usage sync` does it too.

    How long they are kept: [store] keep_operations_days. The audit trail stays.

    \b
    Examples:
      puq-zimbra store prune --dry-run
      puq-zimbra store prune
    """
    from puq_zimbra.commands.store import prune

    context.exit(prune(settings.of(context), **options))
