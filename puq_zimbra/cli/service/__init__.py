"""The commands `puq-zimbra service …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def service() -> None:
    """Show one service, plan it, repair it, adopt it, hand it over.

    INSTALLATION and SERVICE_ID are those of its stamp, puq_zimbra:INSTALLATION:SERVICE_ID.

    \b
    Examples:
      puq-zimbra service show crm.example 42
      puq-zimbra service drift crm.example 42 --order order.json
      puq-zimbra service adopt --csv stock.csv --dry-run
    """
