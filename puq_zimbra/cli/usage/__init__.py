"""The commands `puq-zimbra usage …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def usage() -> None:
    """Measure how much storage the services use, and show the stored readings.

    \b
    Examples:
      puq-zimbra usage sync
      puq-zimbra usage show crm.example 42
      puq-zimbra usage ledger --month 2026-11
    """
