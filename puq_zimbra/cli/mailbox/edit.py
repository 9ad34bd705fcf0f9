"""`puq-zimbra mailbox edit`: change one mailbox."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service
from puq_zimbra.selfservice import editing
from puq_zimbra.units import GB


@click.command()
@_service.options
@click.argument("address")
@click.option("--name", help="What stands before the @ from now on.")
@click.option("--display-name", help="What recipients see beside the address.")
@click.option("--limit", help="In GB; 0 = no limit of its own.")
@click.option("--hidden/--listed", default=None, help="In the address book of the domain.")
@_options.as_json
@click.pass_context
def edit(
    context: click.Context,
    where: _service.Where,
    address: str,
    name: str | None,
    display_name: str | None,
    limit: str | None,
    hidden: bool | None,
    as_json: bool,
) -> None:
    """Change a mailbox of a service; what is not named stays as it is.

    \b
    Examples:
      puq-zimbra mailbox edit crm.example 42 anna --limit 10
      puq-zimbra mailbox edit crm.example 42 anna@firma.example --name anna.nowak --listed
    """
    with _service.opened(context, where) as one:
        account = one.account(address)
        now = editing.values_of(account)
        held = f"{(now['limit'] or 0) / GB:.3f}"
        reply = _service.act(
            one,
            "edit_mailbox",
            account.id,
            name=now["name"] if name is None else name,
            display_name=now["display_name"] if display_name is None else display_name,
            limit=held if limit is None else limit,
            hidden="1" if (now["hidden"] if hidden is None else hidden) else "",
        )
        context.exit(_service.show(reply, as_json=as_json))
