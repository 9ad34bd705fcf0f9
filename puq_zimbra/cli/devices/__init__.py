"""The commands `puq-zimbra devices …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def devices() -> None:
    """Set up phones and mail programs.

    \b
    Examples:
      puq-zimbra devices write /srv/autoconfig
    """
