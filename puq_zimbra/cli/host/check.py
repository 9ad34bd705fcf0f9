"""`puq-zimbra host check`."""

from __future__ import annotations

from pathlib import Path

import click

from puq_zimbra import __version__, host_modules
from puq_zimbra.cli import _options
from puq_zimbra.cli.host import _module


@click.command()
@_module.named
@_options.as_json
@click.pass_context
def check(context: click.Context, platform: str, folder: Path, as_json: bool) -> None:
    """Compare the PHP side in a billing platform's folder with this version.

    Exit status 0 if both are of the same version and no file was changed, else 1.

    \b
    Examples:
      puq-zimbra host check whmcs /var/www/whmcs
      puq-zimbra host check fossbilling /var/www/fossbilling --json
    """
    _module.require_platform(platform, folder)
    there = host_modules.installed_version(platform, folder)
    found = host_modules.differing(platform, folder) if there is not None else {}
    if there is None:
        words = "not installed"
    elif there != __version__:
        words = f"version {there or '(unknown)'}, the engine is {__version__}"
    elif found:
        words = "files were changed"
    else:
        words = "up to date"
    _module.show(platform, folder, found, words, as_json=as_json)
    context.exit(0 if words == "up to date" else 1)
