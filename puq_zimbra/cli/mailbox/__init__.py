"""The commands `puq-zimbra mailbox …`."""

from __future__ import annotations

import click

from puq_zimbra.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def mailbox() -> None:
    """List, import, export, create, edit and delete the mailboxes of one service.

    INSTALLATION and SERVICE_ID are those of its stamp, puq_zimbra:INSTALLATION:SERVICE_ID. Limits
    of the plan hold where --order says what was sold; those that Zimbra keeps hold in any case.

    \b
    Examples:
      puq-zimbra mailbox list crm.example 42
      puq-zimbra mailbox import crm.example 42 people.csv --dry-run
      puq-zimbra mailbox bin crm.example 42 anna@firma.example
    """
