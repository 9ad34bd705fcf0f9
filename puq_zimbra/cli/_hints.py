"""Hints on standard error: the present spelling of a command, and the extra that it needs."""

from __future__ import annotations

import shlex

import click

#: packages of the extras that some commands need
_EXTRAS = {
    "fastapi": "server",
    "procrastinate": "cluster",
    "prometheus_client": "server",
    "trustme": "simulator",
    "uvicorn": "server",
}


def new_spelling(*words: str) -> None:
    """Name the new spelling of the command that was used."""
    click.echo(
        f"Hint: this spelling still works, and the new one is: puq-zimbra {shlex.join(words)}",
        err=True,
    )


def needs_extra(error: ImportError) -> Exception:
    """The error to raise for a package that is missing."""
    extra = _EXTRAS.get((error.name or "").partition(".")[0])
    if extra is None:
        return error
    return click.ClickException(
        f"This needs the package {error.name}, which the extra [{extra}] brings."
    )
