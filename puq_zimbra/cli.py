"""The command `puq-zimbra`.

Thin: each command reads its arguments and hands over. What it needs is imported inside it, so that
a hook process loads no more than its hook.

Source: click; sysexits(3) for the exit statuses.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import Any

import click

from puq_zimbra import __version__
from puq_zimbra.cli_doctor import doctor
from puq_zimbra.cli_serve import secret, serve
from puq_zimbra.cli_service import orphans, service
from puq_zimbra.cli_store import store
from puq_zimbra.cli_usage import usage
from puq_zimbra.commands import settings

EXIT_USAGE = 64
_LARGEST_INPUT = 4 * 2**20


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="puq-zimbra")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, readable=False),
    help="Settings file [$PUQ_ZIMBRA_CONFIG, ./puq-zimbra.toml, /etc/puq-zimbra/config.toml].",
)
@click.pass_context
def cli(context: click.Context, config_path: Path | None) -> None:
    """Provision Zimbra mail for a billing platform.

    \b
    Examples:
      puq-zimbra demo
      echo '{"server": {…}, "service": {…}}' | puq-zimbra hook plain create
      puq-zimbra usage sync
    """
    context.obj = config_path


cli.add_command(store)
cli.add_command(usage)
cli.add_command(service)
cli.add_command(orphans)
cli.add_command(doctor)
cli.add_command(serve)
cli.add_command(secret)


@cli.command()
@click.argument("host", type=click.Choice(["plain", "whmcs"]))
@click.argument("event")
@click.pass_context
def hook(context: click.Context, host: str, event: str) -> None:
    """Carry out EVENT of the billing platform HOST.

    Reads one JSON object on standard input and prints one JSON value. Exit status: 0 done,
    1 refused, 64 usage, 65 bad input, 69 Zimbra unreachable, 75 try again, 77 not ours,
    78 configuration.

    \b
    Examples:
      puq-zimbra hook plain describe < /dev/null
      puq-zimbra hook plain create < order.json
      puq-zimbra hook whmcs SuspendAccount < params.json
    """
    # The process lives for one hook: collecting garbage takes a sixth of its start.
    gc.disable()
    from puq_zimbra import logs
    from puq_zimbra.hooks.dispatch import dispatch, host_of
    from puq_zimbra.hooks.runtime import Runtime

    events = host_of(host).EVENTS
    if event not in events:
        raise click.UsageError(f"{host} has no event {event}; there are: {', '.join(events)}")
    logs.to_stderr()
    runtime = Runtime(context.obj)
    try:
        answer = dispatch(host, event, _read_input(), runtime)
    finally:
        runtime.close()
    # In UTF-8 whatever the locale says, and of half a surrogate pair a question mark: by now the
    # work is done, and must be told.
    text = json.dumps(answer.value, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.flush()
    context.exit(answer.exit_status)


def _read_input() -> Any:
    """The JSON value on standard input; nothing at all counts as an empty object."""
    from puq_zimbra.commands.given import parse_json

    given = sys.stdin.buffer.read(_LARGEST_INPUT + 1) if sys.stdin else b""
    if len(given) > _LARGEST_INPUT:
        return None
    if not given.strip():
        return {}
    try:
        return parse_json(given)
    except ValueError:
        return None


@cli.command()
@click.option("--due", is_flag=True, required=True, help="All that is due by today (UTC).")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.pass_context
def purge(context: click.Context, due: bool, dry_run: bool, as_json: bool) -> None:
    """Delete the services whose grace period is over, for cron.

    Looks at every configured server. Exit status 0 only if everything that was due is gone.

    \b
    Examples:
      puq-zimbra purge --due --dry-run
      puq-zimbra purge --due
    """
    from puq_zimbra.commands.purge import purge as run

    context.exit(run(settings.of(context), dry_run=dry_run, as_json=as_json))


@cli.command()
@click.option("--dry-run", is_flag=True, help="List what is open, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.pass_context
def work(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Carry on what hooks could not finish in their time, for cron.

    Takes every operation that was left open or whose process died. Exit status 0 when nothing is
    left open, 75 otherwise; what waits for the host's retry counts as open.

    \b
    Examples:
      puq-zimbra work --dry-run
      puq-zimbra work
    """
    from puq_zimbra.commands.work import work as run

    context.exit(run(settings.of(context), dry_run=dry_run, as_json=as_json))


@cli.command()
@click.option("--open", "only_open", is_flag=True, help="Only what waits to be carried on.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line, with the steps.")
@click.pass_context
def operations(context: click.Context, only_open: bool, as_json: bool) -> None:
    """Show every hook call that might write: whose, what, how far it came, how it ended.

    \b
    Examples:
      puq-zimbra operations --open
      puq-zimbra operations --json | tail -1
    """
    from puq_zimbra.commands.operations import operations as show

    context.exit(show(settings.of(context), only_open=only_open, as_json=as_json))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.pass_context
def audit(context: click.Context, as_json: bool) -> None:
    """Show what was done to whom, and whether anybody changed the record.

    Exit status 1 if a line was changed, added or taken away since it was written.

    \b
    Examples:
      puq-zimbra audit
      puq-zimbra audit --json | tail
    """
    from puq_zimbra.commands.audit import audit as show

    context.exit(show(settings.of(context), as_json=as_json))


@cli.command()
@click.option("--admin-port", default=7071, show_default=True, help="0 = any free one.")
@click.option("--user-port", default=7443, show_default=True, help="0 = any free one.")
@click.option("--domain", default="example.test", show_default=True)
@click.option("--admin-password", default="test123", show_default=True)
@click.option("--hostname", default="mail.example.test", show_default=True)
@click.option(
    "--flavour",
    type=click.Choice(["zimbra10", "zimbra88", "carbonio"]),
    default="zimbra10",
    show_default=True,
)
@click.option("--seed", type=click.Choice(["empty", "demo"]), default="empty", show_default=True)
@click.option(
    "--state-dir", type=click.Path(path_type=Path), help="Keep certificate and state here."
)
@click.option("--servers", default=1, show_default=True, help="Mailbox servers in the cluster.")
@click.option("--dos-limit", default=0, show_default=True, help="Requests/s a connection; 0 = off.")
@click.option(
    "--chaos",
    type=click.Path(path_type=Path),
    help="JSON file of faults to inject; opens the control URL too (docs/simulator.md).",
)
def simulator(**options: Any) -> None:
    """Run a simulated Zimbra on 127.0.0.1, over TLS.

    Prints one line, "ready admin=URL user=URL fingerprint=sha256:… ca_file=…", and serves until it
    is interrupted. Log in as admin@DOMAIN.

    \b
    Examples:
      puq-zimbra simulator
      puq-zimbra simulator --admin-port 0 --user-port 0 --seed demo
      puq-zimbra simulator --servers 2 --dos-limit 30 --chaos faults.json
    """
    try:
        from puq_zimbra.simulator.command import main as run

        run(**options)
    except ImportError as error:
        raise _needs_extra(error) from error
    except OSError as error:
        raise click.ClickException(f"{error.strerror}; --admin-port 0 takes a free one") from error


@cli.command()
@click.option("--check", is_flag=True, help="Verify each step, then end with status 0 or 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the steps as JSON.")
@click.option("--port", default=8088, show_default=True, help="Of the page; taken = the next one.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Everything that the demo writes is in here.",
)
@click.pass_context
def demo(context: click.Context, /, **options: Any) -> None:
    """Sell, use, suspend, pay and terminate a mail domain on a simulated Zimbra.

    Then shows the customer's page in a browser, on 127.0.0.1.

    \b
    Examples:
      puq-zimbra demo
      puq-zimbra demo --check
    """
    try:
        from puq_zimbra.demo.command import main as run

        status = run(**options)
    except ImportError as error:
        raise _needs_extra(error) from error
    context.exit(status)


def _needs_extra(error: ImportError) -> Exception:
    if error.name == "trustme":
        return click.ClickException(
            "This needs the package trustme, which the extra [simulator] brings."
        )
    return error


def main() -> None:
    """Run the command with the exit statuses of sysexits(3)."""
    from puq_zimbra.errors import PuqZimbraError

    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.UsageError as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except PuqZimbraError as error:
        from puq_zimbra.model import CODES

        click.echo(f"Error: {error}", err=True)
        sys.exit(CODES[error.code][1])
