"""The commands `puq-zimbra host …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def host() -> None:
    """Install the PHP side into a billing platform, upgrade it, compare its version.

    \b
    Examples:
      puq-zimbra host install whmcs /var/www/whmcs
      puq-zimbra host check fossbilling /var/www/fossbilling
    """
