"""The command `puq-zimbra`: a file for each command, a folder for each group.

A command's file is imported when the command is called, so that a hook process loads no more than
its hook (`puq_zimbra.cli._folder`).

Source: click; sysexits(3) for the exit statuses.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from pathlib import Path

import click

from puq_zimbra import __version__, logs
from puq_zimbra.cli._folder import Folder

EXIT_USAGE = 64
EXIT_BUG = 70
EXIT_CONFIGURATION = 78


@click.group(cls=Folder, package=__name__, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="puq-zimbra")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, readable=False),
    help="Configuration file [$PUQ_ZIMBRA_CONFIG, ./puq-zimbra.toml, /etc/puq-zimbra/config.toml].",
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
    # A command prints its results itself; hooks, jobs and the service log more (`_job`).
    context.with_resource(logs.on_stderr(level="warning"))
    if os.environ.get("NO_COLOR"):  # https://no-color.org; without a terminal there is none anyway
        context.color = False


def main() -> None:
    """Run the command with the exit statuses of sysexits(3)."""
    from puq_zimbra.errors import AnotherUsers, PuqZimbraError, Unexpected

    bad = logs.priority(logging.ERROR)
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
        from puq_zimbra.cli import _paste
        from puq_zimbra.reply import CODES

        click.echo(f"{bad}Error: {_paste.filled(str(error))}", err=True)
        if isinstance(error, AnotherUsers):
            click.echo(f"-> {_paste.same_again(error.owner)}", err=True)
        sys.exit(CODES[error.code][1])
    except OSError as error:
        file = error.filename or error.filename2 or "the output"
        click.echo(f"{bad}Error: {file} cannot be used: {error.strerror}.", err=True)
        if error.errno == errno.ENOSPC and not error.filename:
            # What is still buffered cannot be written either: Python would say so at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(EXIT_CONFIGURATION)
    except Exception as error:  # noqa: BLE001 - a traceback could print a secret
        click.echo(f"{bad}Error: {Unexpected(error)}", err=True)
        sys.exit(EXIT_BUG)
