"""`puq-zimbra demo`: see `puq_zimbra.demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from puq_zimbra.cli import _hints, _options


@click.command()
@click.option("--check", is_flag=True, help="Verify each step, then end with status 0 or 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the steps as JSON.")
@click.option(
    "--port",
    type=_options.port,
    default=8088,
    show_default=True,
    help="Of the page; if it is taken, the next free one.",
)
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
        raise _hints.needs_extra(error) from error
    context.exit(status)
