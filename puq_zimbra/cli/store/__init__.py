"""The commands `puq-zimbra store …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def store() -> None:
    """Back up the store, restore it, migrate it, prune it.

    \b
    Examples:
      puq-zimbra store backup /var/backups
      puq-zimbra store restore --dry-run /var/backups/puq-zimbra-20260105T030000Z.tar
    """
