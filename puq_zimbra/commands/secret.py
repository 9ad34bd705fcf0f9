"""`puq-zimbra secret`: the secret that the HTTP door and its callers share."""

from __future__ import annotations

import click

from puq_zimbra.config import Config
from puq_zimbra.server import secret_file


def secret(config: Config, *, rotate: bool, retire: bool) -> int:
    """Print the secret that callers are given, made if there is none; return the exit status.

    Raises:
        Misconfigured: the file cannot be used.
    """
    path = secret_file.path_of(config)
    if rotate or not path.exists():
        click.echo(secret_file.new(path))
        return 0
    active = secret_file.read(path)
    if retire:
        secret_file.write(path, active[:1])
    click.echo(active[0])
    return 0
