"""`puq-zimbra simulator`: see `puq_zimbra.simulator`."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import click

from puq_zimbra.cli import _hints, _options


@click.command()
@click.option(
    "--admin-port", type=_options.port, default=7071, show_default=True, help="0 = any free one."
)
@click.option(
    "--user-port", type=_options.port, default=7443, show_default=True, help="0 = any free one."
)
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
@click.option("--json", "as_json", is_flag=True, help="Print the line as JSON.")
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
        raise _hints.needs_extra(error) from error
    except OSError as error:
        ports = f"127.0.0.1:{options['admin_port']} or :{options['user_port']}"
        if error.errno == errno.EADDRINUSE:
            words = f"{ports} is in use already; --admin-port 0 and --user-port 0 take free ones"
        else:
            words = f"{error.filename or ports}: {error.strerror}"
        raise click.ClickException(words) from error
