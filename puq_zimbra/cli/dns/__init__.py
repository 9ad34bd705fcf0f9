"""The commands `puq-zimbra dns …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def dns() -> None:
    """Check the DNS records of customers' domains.

    \b
    Examples:
      puq-zimbra dns check crm.example 42
      puq-zimbra dns check crm.example 42 --json
    """
