"""`puq-zimbra host install`."""

from __future__ import annotations

from pathlib import Path

import click

from puq_zimbra import __version__, host_modules
from puq_zimbra.cli import _options
from puq_zimbra.cli.host import _module
from puq_zimbra.errors import Refused


@click.command()
@_module.named
@_options.dry_run
@_options.as_json
def install(platform: str, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Put the PHP side into a billing platform's folder, or finish doing it.

    The folder is the platform's own, such as /var/www/whmcs. A module of another version is left
    as it is: see puq-zimbra host upgrade. Safe to run twice.

    \b
    Examples:
      puq-zimbra host install whmcs /var/www/whmcs --dry-run
      puq-zimbra host install fossbilling /var/www/fossbilling
    """
    _module.require_platform(platform, folder)
    there = host_modules.installed_version(platform, folder)
    if there is not None and there != __version__ and _is_whole(platform, folder):
        raise Refused(
            "%(folder)s has the module in version %(there)s: puq-zimbra host upgrade brings it to"
            " %(ours)s.",
            folder=folder,
            there=there or "(unknown)",
            ours=__version__,
        )
    found = _module.put(platform, folder, dry_run=dry_run)
    words = "nothing to do" if not found else "would be installed" if dry_run else "installed"
    _module.show(platform, folder, found, words, as_json=as_json)
    if not dry_run:
        _module.next_steps(platform)


def _is_whole(platform: str, folder: Path) -> bool:
    """Whether a module is there that was once installed, not one that broke off."""
    module = folder / host_modules.MODULES[platform]
    return any(module.rglob("*.php"))
