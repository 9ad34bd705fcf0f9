"""`puq-zimbra server settings set`: see `puq_zimbra.hooks.change_settings`."""

from __future__ import annotations

from typing import Any

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.server.settings import _calls
from puq_zimbra.selfservice.server_settings import FIELD
from puq_zimbra.settings.table import BY_KEY


@click.command()
@_options.one_service
@click.argument("values", nargs=-1, metavar="KEY=VALUE…")
@click.option("--reset", multiple=True, metavar="KEY", help="Back to the default; may be repeated.")
@_calls.of_domain
@_calls.of_class
@_options.server
@_options.dry_run
@_options.as_json
@click.pass_context
def set(
    context: click.Context,
    /,
    installation: str,
    service_id: str,
    values: tuple[str, ...],
    reset: tuple[str, ...],
    domain: str,
    cos: str,
    **how: Any,
) -> None:
    """Change server settings, and read them back.

    Values are typed as on the customer's page: MB, days, hours, points. An empty value takes it
    away.

    \b
    Examples:
      puq-zimbra server settings set crm.example 42 largest_message=40 spam_tag=5.4
      puq-zimbra server settings set crm.example 42 trusted_networks="127.0.0.0/8 192.0.2.0/24"
      puq-zimbra server settings set crm.example 42 --class starter trash_days=7
      puq-zimbra server settings set crm.example 42 --reset largest_message --dry-run
    """
    given = dict(one.partition("=")[::2] for one in values)
    if not given and not reset:
        raise click.UsageError("Give KEY=VALUE or --reset KEY.")
    for key in (*given, *reset):
        if key not in BY_KEY:
            raise click.UsageError(f"There is no server setting {key!r}: see settings show.")
    if missing := [one for one in values if "=" not in one]:
        raise click.UsageError(f"{missing[0]} has no value: write {missing[0]}=VALUE.")
    form = {FIELD + key: text for key, text in given.items()}
    form |= {"reset": " ".join(reset), "domain": domain, "class": cos}
    context.exit(_calls.carry_out(context.obj, (installation, service_id), form, **how))
