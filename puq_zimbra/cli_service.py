"""The commands `puq-zimbra service …` and `orphans`: thin and quick to load, as those of
`puq_zimbra.cli`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from puq_zimbra.commands import settings

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and write nothing."
)
_server = click.option("--server", help="Only this server of the settings.")
_order = click.option(
    "--order",
    "path",
    help="What was sold: the JSON of a call of the host plain; - = standard input.",
)


def _of_service(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("installation")(click.argument("service_id")(command))


@click.group()
def service() -> None:
    """Look at one service, plan it, mend it, take it over.

    INSTALLATION and SERVICE_ID are those of its stamp, puq_zimbra:INSTALLATION:SERVICE_ID.

    \b
    Examples:
      puq-zimbra service show crm.example 42
      puq-zimbra service drift crm.example 42 --order order.json
      puq-zimbra service adopt --csv stock.csv --dry-run
    """


@service.command()
@_of_service
@_server
@_json
@click.pass_context
def show(
    context: click.Context, installation: str, service_id: str, server: str | None, as_json: bool
) -> None:
    """Show what Zimbra and the store say of a service.

    Looks on every configured server, or on the named one. Sizes in JSON are bytes.

    \b
    Examples:
      puq-zimbra service show crm.example 42
      puq-zimbra service show crm.example 42 --server mail1 --json
    """
    from puq_zimbra.commands.service_show import show as run

    context.exit(run(settings.of(context), installation, service_id, server, as_json=as_json))


@service.command()
@_of_service
@_order
@click.option(
    "--event",
    type=click.Choice(["create", "change_package", "terminate"]),
    help="Of this event; without it, create or, for what exists, change_package.",
)
@_json
@click.pass_context
def plan(
    context: click.Context,
    installation: str,
    service_id: str,
    path: str | None,
    event: str | None,
    as_json: bool,
) -> None:
    """Say what would be written, and write nothing.

    \b
    Examples:
      puq-zimbra service plan crm.example 42 --order order.json
      puq-zimbra service plan crm.example 42 --order - --event terminate < order.json
    """
    from puq_zimbra.commands import service_calls

    params = service_calls.order_of(path, installation, service_id)
    asked = {**params, "dry_run": True}
    context.exit(service_calls.call(context.obj, event or "plan", asked, as_json=as_json))


@service.command()
@_of_service
@_order
@_json
@click.pass_context
def drift(
    context: click.Context, installation: str, service_id: str, path: str | None, as_json: bool
) -> None:
    """Say what differs between what was sold, the stamp and Zimbra.

    Each line names an item, what is held, what is wanted, and who can mend it.

    \b
    Examples:
      puq-zimbra service drift crm.example 42 --order order.json
      puq-zimbra service drift crm.example 42 --order order.json --json
    """
    from puq_zimbra.commands import service_calls

    params = service_calls.order_of(path, installation, service_id)
    context.exit(service_calls.call(context.obj, "drift", params, as_json=as_json))


@service.command()
@_of_service
@_order
@click.option("--items", help="Only these, with commas; without it, all that can be mended.")
@_dry_run
@_json
@click.pass_context
def repair(
    context: click.Context,
    installation: str,
    service_id: str,
    path: str | None,
    items: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Mend what drift names.

    \b
    Examples:
      puq-zimbra service repair crm.example 42 --order order.json --dry-run
      puq-zimbra service repair crm.example 42 --order order.json --items limits,rights
    """
    from puq_zimbra.commands import service_calls

    if items is not None and not items.strip(" ,"):
        raise click.UsageError("--items names nothing; leave it out to mend all.")
    params = service_calls.order_of(path, installation, service_id)
    asked = {**params, "dry_run": dry_run, "form": {"items": items} if items else {}}
    context.exit(service_calls.call(context.obj, "repair", asked, as_json=as_json))


@service.command()
@click.argument("installation", required=False)
@click.argument("service_id", required=False)
@_order
@click.option(
    "--csv",
    "stock",
    help="Many: a file with the columns installation,service_id,domain (or mailbox).",
)
@click.option("--server", help="With --csv: the server that holds the domains.")
@_dry_run
@_json
@click.pass_context
def adopt(
    context: click.Context,
    installation: str | None,
    service_id: str | None,
    path: str | None,
    stock: str | None,
    server: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take what exists in Zimbra into a service, or all domains and mailboxes of a file.

    Writes the stamp and nothing else, and only where nobody else has a claim. A file
    is checked whole first; then there is a line for each of its lines, and exit status 0 only if
    all are adopted. Run it again to go on where it broke off.

    \b
    Examples:
      puq-zimbra service adopt crm.example 42 --order order.json --dry-run
      puq-zimbra service adopt --csv stock.csv --server mail1 --dry-run
      puq-zimbra service adopt --csv stock.csv --server mail1 --json > adopted.jsonl
    """
    if stock is not None:
        if installation or path:
            raise click.UsageError("--csv goes with neither INSTALLATION SERVICE_ID nor --order.")
        from puq_zimbra.commands.adopt_csv import adopt as run

        status = run(settings.of(context), stock, server, dry_run=dry_run, as_json=as_json)
        context.exit(status)
    if installation is None or service_id is None or server is not None:
        raise click.UsageError("Give INSTALLATION SERVICE_ID --order FILE, or --csv FILE.")
    from puq_zimbra.commands import service_calls

    params = service_calls.order_of(path, installation, service_id)
    asked = {**params, "dry_run": dry_run}
    context.exit(service_calls.call(context.obj, "adopt", asked, as_json=as_json))


@service.command()
@_of_service
@_server
@_dry_run
@_json
@click.pass_context
def restore(
    context: click.Context,
    installation: str,
    service_id: str,
    server: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Call off the deletion of a service that was terminated with grace.

    \b
    Examples:
      puq-zimbra service restore crm.example 42 --dry-run
      puq-zimbra service restore crm.example 42
    """
    from puq_zimbra.commands import service_calls

    settings: Path | None = context.obj
    context.exit(
        service_calls.restore(
            settings, installation, service_id, server, dry_run=dry_run, as_json=as_json
        )
    )


@click.command()
@click.option(
    "--services", "path", required=True, help="The billing platform's list, CSV or JSON; - = stdin."
)
@_server
@click.option("--installation", help="Whose list it is, if it does not say so itself.")
@click.option(
    "--allow-no-match",
    is_flag=True,
    help="Go on if the list is empty or matches nothing in Zimbra.",
)
@_json
@click.pass_context
def orphans(
    context: click.Context,
    path: str,
    server: str | None,
    installation: str | None,
    allow_no_match: bool,
    as_json: bool,
) -> None:
    """Compare the billing platform's list of services with the stamps in Zimbra.

    Says which services only Zimbra holds (orphan), which only the list does (missing), which have
    another name (name-differs) and whose stamp is not clear (unclear). Nothing is deleted. The list
    is CSV with the columns service_id and, if you have them, installation, domain and mailbox; or
    JSON. Exit status 1 if anything was found; nothing is said if either side cannot be read whole.

    \b
    Examples:
      puq-zimbra orphans --services services.csv --installation crm.example
      echo '["42", "43"]' | puq-zimbra orphans --services - --installation crm.example --json
    """
    from puq_zimbra.commands.orphans import orphans as run

    status = run(
        settings.of(context),
        path,
        server,
        installation,
        allow_no_match=allow_no_match,
        as_json=as_json,
    )
    context.exit(status)
