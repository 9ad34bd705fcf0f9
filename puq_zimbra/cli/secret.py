"""`puq-zimbra secret`: the secrets that sign an installation's requests over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli import _options
from puq_zimbra.config import Config, load
from puq_zimbra.errors import Misconfigured, NotFound
from puq_zimbra.http import secret_file
from puq_zimbra.store import files


@click.command()
@click.option("--installation", metavar="NAME", help="Of this billing platform alone.")
@click.option("--rotate", is_flag=True, help="Make a new secret; the last one stays valid.")
@click.option("--retire", is_flag=True, help="Leave only the newest secret valid.")
@click.option("--revoke", is_flag=True, help="Leave no secret valid.")
@_options.as_json
@click.pass_context
def secret(
    context: click.Context,
    installation: str | None,
    rotate: bool,
    retire: bool,
    revoke: bool,
    as_json: bool,
) -> None:
    """Print the secret that signs an installation's HTTP requests; make it the first time.

    The secret decides whose a request is: with it a billing platform reaches the services of that
    installation and no other. Without --installation: a secret that is valid for all of them.

    To change it: --rotate, give the new one to the billing platform, then --retire. The service
    needs no restart.

    \b
    Examples:
      puq-zimbra secret --installation crm.example
      puq-zimbra secret --installation crm.example --rotate
      puq-zimbra secret --installation crm.example --retire
    """
    if rotate + retire + revoke > 1:
        raise click.UsageError("--rotate, --retire and --revoke exclude each other")
    if installation is not None:
        plain.validate({"installation": installation})
    config = load(context.obj)
    if revoke:
        _revoke(config, installation)
        return
    active = _secrets(config, installation, rotate=rotate, retire=retire)
    shown = {"installation": installation, "secret": active[0], "active": len(active)}
    click.echo(json.dumps(shown) if as_json else active[0])


def _secrets(
    config: Config, installation: str | None, *, rotate: bool, retire: bool
) -> Sequence[str]:
    """The valid secrets of an installation, the newest first; made if there is none.

    Raises:
        Misconfigured: the file cannot be used.
    """
    with _locked(config) as path:
        held = _read(path)
        if rotate or installation not in held:
            secret_file.new(path, installation)
        elif retire:
            secret_file.write(path, {**held, installation: held[installation][:1]})
        return secret_file.read(path)[installation]


def _revoke(config: Config, installation: str | None) -> None:
    """Remove all secrets of an installation.

    Raises:
        NotFound: it has none.
        Misconfigured: the file cannot be used.
    """
    with _locked(config) as path:
        left = dict(_read(path))
        if left.pop(installation, None) is None:
            raise NotFound("There is no such secret in %(path)s.", path=path)
        if left:
            secret_file.write(path, left)
        else:
            path.unlink()


@contextmanager
def _locked(config: Config) -> Iterator[Path]:
    """The file, locked: two rotations at once must not lose a secret that was handed out.

    Raises:
        Misconfigured: it cannot be written.
    """
    path = secret_file.path_of(config)
    try:
        with files.alone(config):
            yield path
    except OSError as error:
        raise Misconfigured(
            "The secret %(path)s cannot be written: %(reason)s.", path=path, reason=error.strerror
        ) from error


def _read(path: Path) -> secret_file.Secrets:
    return secret_file.read(path) if path.exists() else {}
