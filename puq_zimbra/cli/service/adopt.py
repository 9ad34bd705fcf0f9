"""`puq-zimbra service adopt`: see `puq_zimbra.hooks.adopt`."""

from __future__ import annotations

import click

from puq_zimbra.cli import _options
from puq_zimbra.cli.service import _adopt_csv, _calls
from puq_zimbra.config import load


@click.command()
@click.argument("installation", required=False)
@click.argument("service_id", required=False)
@_options.order
@click.option(
    "--csv",
    "stock",
    help="Many: a file with the columns installation,service_id,domain (or mailbox).",
)
@click.option("--server", help="With --csv: the server that holds the domains.")
@_options.dry_run
@_options.as_json
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
    """Take existing objects of Zimbra into a service, or all of a file into theirs.

    Writes the stamp and nothing else, and only on objects that no other service claims. A file is
    checked whole first. Then there is a line for each of its lines, and exit status 0 only if all
    are adopted. Run it again to go on after an interruption.

    \b
    Examples:
      puq-zimbra service adopt crm.example 42 --order order.json --dry-run
      puq-zimbra service adopt --csv stock.csv --server mail1 --dry-run
      puq-zimbra service adopt --csv stock.csv --server mail1 --json > adopted.jsonl
    """
    if stock is not None:
        if installation or path:
            raise click.UsageError("--csv goes with neither INSTALLATION SERVICE_ID nor --order.")
        config = load(context.obj)
        context.exit(_adopt_csv.adopt(config, stock, server, dry_run=dry_run, as_json=as_json))
    if installation is None or service_id is None or server is not None:
        raise click.UsageError("Give INSTALLATION SERVICE_ID --order FILE, or --csv FILE.")
    params = _calls.order_of(path, installation, service_id) | {"dry_run": dry_run}
    context.exit(_calls.carry_out(context.obj, "adopt", params, as_json=as_json))
