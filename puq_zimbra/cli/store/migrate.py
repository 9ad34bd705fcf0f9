"""`puq-zimbra store migrate`: see `puq_zimbra.store.migrations`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli._progress import waiting
from puq_zimbra.cli.store import _summary
from puq_zimbra.config import load
from puq_zimbra.errors import NotFound
from puq_zimbra.store import migrations
from puq_zimbra.store.database import Store


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@_options.json_summary
@click.pass_context
def migrate(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Bring the store up to date after an upgrade, before the next hook does.

    \b
    Examples:
      puq-zimbra store migrate --dry-run
      puq-zimbra store migrate
    """
    config = load(context.obj)
    version = _summary.version_of(config)
    if version is None:
        raise NotFound("There is no store in %(path)s yet.", path=config.store_directory())
    steps = len(migrations.missing(version))
    if not dry_run:
        with waiting("migrate"):
            Store.open(config).close()
    summary = {"from": version, "to": version + steps, "dry_run": dry_run}
    done = "would be brought" if dry_run else "brought"
    line = f"{done} from version {version} to {version + steps}" if steps else "is up to date"
    _summary.show(summary, [f"the store {line}"], as_json=as_json)
