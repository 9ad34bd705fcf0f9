"""Arguments and options that the commands `puq-zimbra usage …` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from puq_zimbra.cli import _hints

installation = click.option("--installation", help="Only of this billing installation.")
csv_or_json = click.option(
    "--json/--csv", "as_json", default=False, help="A JSON object a line, or CSV [default]."
)


def maybe_one_service(command: Callable[..., Any]) -> Callable[..., Any]:
    """Take [INSTALLATION SERVICE_ID], and the old [SERVICE_ID] [--installation NAME]."""
    command = click.argument("second", required=False, metavar="")(command)
    return click.argument("first", required=False, metavar="[INSTALLATION SERVICE_ID]")(command)


def service_asked(
    verb: str, first: str | None, second: str | None, installation: str | None
) -> tuple[str | None, str | None]:
    """Installation and service id, either None = all, in the present or the old spelling."""
    if second is not None:
        if installation not in (None, first):
            raise click.UsageError("--installation is another one than INSTALLATION.")
        return first, second
    if first is not None:
        _hints.new_spelling("usage", verb, installation or "INSTALLATION", first)
    return installation, first
