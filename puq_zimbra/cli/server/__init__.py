"""The commands `puq-zimbra server …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def server() -> None:
    """Look at and change what a service's Zimbra itself is set to.

    \b
    Examples:
      puq-zimbra server settings show crm.example 42
    """
