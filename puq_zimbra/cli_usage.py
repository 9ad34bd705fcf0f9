"""The commands `puq-zimbra usage …`: thin and quick to load, as those of `puq_zimbra.cli`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from puq_zimbra.commands import settings


@click.group()
def usage() -> None:
    """Read and keep how much storage the services use."""


@usage.command("sync")
@click.option("--server", "names", multiple=True, help="Only this server of the settings.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="Servers that are read at once.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def usage_sync(
    context: click.Context, names: tuple[str, ...], jobs: int, resume: bool, as_json: bool
) -> None:
    """Measure every service of every configured server, for cron.

    Exit status 0 only if everything was read whole. The last figures of what was not stay and are
    marked as stale; the status is then 69, 78 for what the provider must mend, or 1 for services
    that were left out.

    \b
    Examples:
      puq-zimbra usage sync
      puq-zimbra usage sync --resume
      puq-zimbra --config /etc/puq-zimbra/config.toml usage sync --server mail1 --json
    """
    from puq_zimbra.commands.usage_sync import sync

    context.exit(sync(settings.of(context), names, jobs=jobs, resume=resume, as_json=as_json))


_INSTALLATION = click.option("--installation", help="Only of this billing installation.")
_FORMAT = click.option(
    "--json/--csv", "as_json", default=False, help="A JSON object a line, or CSV [default]."
)


@usage.command("show")
@click.argument("service")
@click.option("--installation", help="The billing installation [as in the settings].")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as one JSON object.")
@click.pass_context
def usage_show(
    context: click.Context, service: str, installation: str | None, as_json: bool
) -> None:
    """Show the last figures of SERVICE and its fullest mailboxes. Sizes are bytes.

    \b
    Examples:
      puq-zimbra usage show 42
      puq-zimbra usage show 42 --installation crm.example --json
    """
    from puq_zimbra.commands.usage_figures import show

    show(settings.of(context), installation, service, as_json=as_json)


@usage.command("export")
@click.argument("service", required=False)
@_INSTALLATION
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@_FORMAT
@click.pass_context
def usage_export(
    context: click.Context,
    service: str | None,
    installation: str | None,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Print every kept reading, of all services or of SERVICE. Sizes are bytes.

    \b
    Examples:
      puq-zimbra usage export --since 2026-11-01 > november.csv
      puq-zimbra usage export 42 --json
    """
    from puq_zimbra.commands.usage_figures import export

    at = since.replace(tzinfo=UTC) if since else None
    export(settings.of(context), installation, service, at, as_json=as_json)


@usage.command("ledger")
@click.argument("service", required=False)
@_INSTALLATION
@click.option("--month", help="Only this month, YYYY-MM.")
@_FORMAT
@click.pass_context
def usage_ledger(
    context: click.Context,
    service: str | None,
    installation: str | None,
    month: str | None,
    as_json: bool,
) -> None:
    """Print the highest figures of each month, with the reading that shows each.

    Figures are storage (bytes), mailboxes, and cos:NAME, the mailboxes in a class of service. The
    reading itself stays among those of `usage export`.

    \b
    Examples:
      puq-zimbra usage ledger --month 2026-11
      puq-zimbra usage ledger 42 --json
    """
    from puq_zimbra.commands.usage_figures import ledger

    ledger(settings.of(context), installation, service, month, as_json=as_json)


@usage.command("notices")
@_INSTALLATION
@click.option("--after", type=click.IntRange(0), default=0, help="Only above this number.")
@_FORMAT
@click.pass_context
def usage_notices(
    context: click.Context, installation: str | None, after: int, as_json: bool
) -> None:
    """Print what passed 90 % of its space, once per crossing, oldest first.

    \b
    Examples:
      puq-zimbra usage notices
      puq-zimbra usage notices --after 117 --json
    """
    from puq_zimbra.commands.usage_figures import notices

    notices(settings.of(context), installation, after, as_json=as_json)
