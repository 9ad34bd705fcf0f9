"""The commands `puq-zimbra server settings …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def settings() -> None:
    """Show server settings, change them, put them back.

    INSTALLATION and SERVICE_ID are those of the service's stamp. All settings with their ranges are
    in docs/server-settings.md.

    \b
    Examples:
      puq-zimbra server settings show crm.example 42
      puq-zimbra server settings set crm.example 42 largest_message=40 spam_tag=5.4 --dry-run
      puq-zimbra server settings undo crm.example 42 op-0123456789abcdef
    """
