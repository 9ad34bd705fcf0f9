"""`puq-zimbra host upgrade`."""

from __future__ import annotations

from pathlib import Path

import click

from puq_zimbra import host_modules
from puq_zimbra.cli import _options
from puq_zimbra.cli.host import _module
from puq_zimbra.errors import NotFound


@click.command()
@_module.named
@_options.dry_run
@_options.as_json
def upgrade(platform: str, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Bring the PHP side in a billing platform's folder to this version.

    Its config.php and your own files stay. Upgrade the engine first, then the module.

    \b
    Examples:
      puq-zimbra host upgrade whmcs /var/www/whmcs --dry-run
      puq-zimbra host upgrade whmcs /var/www/whmcs
    """
    _module.require_platform(platform, folder)
    there = host_modules.installed_version(platform, folder)
    if there is None:
        raise NotFound(
            "There is no module in %(folder)s: puq-zimbra host install puts it there.",
            folder=folder,
        )
    found = _module.put(platform, folder, dry_run=dry_run)
    done = "would be upgraded" if dry_run else "upgraded"
    words = "nothing to do" if not found else f"{done} from {there or 'an older version'}"
    _module.show(platform, folder, found, words, as_json=as_json)
