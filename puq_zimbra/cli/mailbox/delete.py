"""`puq-zimbra mailbox delete`: delete one mailbox of the bin for good."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service
from puq_zimbra.errors import N_
from puq_zimbra.provisioning.entries import address_of, domain_of
from puq_zimbra.reply import Reply
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_address


@click.command()
@_service.options
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_options.dry_run
@_options.as_json
@click.pass_context
def delete(
    context: click.Context,
    where: _service.Where,
    address: str,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Delete a mailbox of the bin for good, with all of its mail.

    One that is not in the bin is refused: put it there first.

    \b
    Examples:
      puq-zimbra mailbox delete crm.example 42 anna --dry-run
      puq-zimbra mailbox delete crm.example 42 anna@firma.example --yes
    """
    with _service.opened(context, where) as one:
        account = one.account(address)
        name = shown_address(address_of(account))
        if dry_run:
            domain = scope.domain(one.zimbra, one.request, one.stamped, domain_of(account))
            there = account.id in bins.marks(domain) and bins.holds(account)
            found = (
                Reply("unchanged", N_("%(address)s would be deleted."), {"address": name})
                if there
                else Reply("not_found", N_("This mailbox is not in the bin any more."))
            )
            context.exit(_service.show(found, as_json=as_json))
        if not yes:
            click.confirm(f"Delete {name} and all of its mail for good?", abort=True, err=True)
        reply = _service.act(one, "delete_mailbox", account.id, typed=address_of(account))
        context.exit(_service.show(reply, as_json=as_json))
