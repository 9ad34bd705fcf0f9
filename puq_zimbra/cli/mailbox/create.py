"""`puq-zimbra mailbox create`: make one mailbox."""

from __future__ import annotations

import sys

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.mailbox import _service


@click.command()
@_service.options
@click.argument("address")
@click.option("--display-name", default="", help="What recipients see beside the address.")
@click.option("--limit", default="0", help="In GB; 0 = no limit of its own.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--keep-password", is_flag=True, help="Ask for no new one at the first log-in.")
@_options.as_json
@click.pass_context
def create(
    context: click.Context,
    where: _service.Where,
    address: str,
    display_name: str,
    limit: str,
    password_stdin: bool,
    keep_password: bool,
    as_json: bool,
) -> None:
    """Create a mailbox of a service; its generated password is printed once.

    \b
    Examples:
      puq-zimbra mailbox create crm.example 42 anna --limit 5
      puq-zimbra mailbox create crm.example 42 anna@firma.example --password-stdin < secret
    """
    typed = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    with _service.opened(context, where) as one:
        name, _, domain = one.address(address).rpartition("@")
        reply = _service.act(
            one,
            "create_mailbox",
            domain,
            name=name,
            display_name=display_name,
            limit=limit,
            password_kind="own" if password_stdin else "generated",
            password=typed,
            must_change="" if keep_password else "1",
        )
        context.exit(_service.show(reply, as_json=as_json))
