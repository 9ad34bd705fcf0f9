"""The settings of a command: those that `--config` names, or the usual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from puq_zimbra.config import Config


def of(context: click.Context) -> Config:
    """The settings.

    Raises:
        Misconfigured: they cannot be used.
    """
    from puq_zimbra.config import load

    return load(context.obj)
