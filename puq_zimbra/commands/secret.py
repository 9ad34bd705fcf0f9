"""`puq-zimbra secret`: the secret that the HTTP door and its callers share."""

from __future__ import annotations

import click

from puq_zimbra.config import Config
from puq_zimbra.server import secret_file
from puq_zimbra.store import files


def secret(config: Config, *, rotate: bool, retire: bool) -> int:
    """Print the secret that callers are given, made if there is none; return the exit status.

    Raises:
        Misconfigured: the file cannot be used.
    """
    path = secret_file.path_of(config)
    with files.alone(config):  # two rotations at once must not lose a secret that was handed out
        if rotate or not path.exists():
            secret_file.new(path)
        elif retire:
            secret_file.write(path, secret_file.read(path)[:1])
        newest = secret_file.read(path)[0]
    click.echo(newest)
    return 0
