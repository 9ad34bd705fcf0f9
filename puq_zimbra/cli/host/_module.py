"""What the commands `puq-zimbra host …` share: the platform's folder, and files put into it.

Each file is written beside its place and renamed, so that PHP never reads half of one. It gets the
owner of the folder that it is put in: the web server must be able to read it.

Source: rename(2), chown(2).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from puq_zimbra import __version__, host_modules
from puq_zimbra.cli import _paste
from puq_zimbra.errors import NotFound


def named(command: Callable[..., Any]) -> Callable[..., Any]:
    """Take PLATFORM and DIR."""
    command = click.argument(
        "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
    )(command)
    return click.argument(
        "platform", metavar="whmcs|fossbilling", type=click.Choice(list(host_modules.MODULES))
    )(command)


def require_platform(platform: str, folder: Path) -> None:
    """Ensure that a folder is the platform's.

    Raises:
        NotFound: none of its files is there.
    """
    known = host_modules.KNOWN_BY[platform]
    if not any((folder / name).is_file() for name in known):
        raise NotFound(
            "%(folder)s is no folder of %(platform)s: there is no %(names)s in it.",
            folder=folder,
            platform=platform,
            names=" or ".join(known),
        )


def put(platform: str, folder: Path, *, dry_run: bool) -> Mapping[str, str]:
    """Write what differs; return it: path -> missing, changed."""
    found = host_modules.differing(platform, folder)
    if dry_run:
        return found
    whole = host_modules.contents(platform)
    # The version comes last: what broke off before is not called installed.
    version = f"{host_modules.MODULES[platform]}/{host_modules.VERSION}"
    for name in sorted(found, key=lambda one: one == version):
        _write(folder / name, whole[name])
    return found


def _write(path: Path, content: bytes) -> None:
    _make_folder(path.parent)
    about = path.parent.stat()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_bytes(content)
        beside.chmod(0o644)
        if os.geteuid() == 0:
            os.chown(beside, about.st_uid, about.st_gid)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    about = folder.parent.stat()
    folder.mkdir(mode=0o755)
    if os.geteuid() == 0:
        os.chown(folder, about.st_uid, about.st_gid)


def show(
    platform: str, folder: Path, found: Mapping[str, str], words: str, *, as_json: bool
) -> None:
    """Print what was done, and what comes next."""
    path = folder / host_modules.MODULES[platform]
    if as_json:
        told = {"platform": platform, "folder": str(path), "version": __version__}
        click.echo(json.dumps({**told, "result": words, "files": dict(found)}))
        return
    for name, state in found.items():
        click.echo(f"{state:<8} {name}")
    click.echo(f"{path}: {words} (version {__version__}, files that differed: {len(found)})")


def next_steps(platform: str) -> None:
    """Say on standard error what the administrator does in the platform."""
    secret = _paste.command("secret", "--installation", "NAME")
    steps = {
        "whmcs": (
            "copy modules/servers/puqzimbra/config.example.php to config.php beside it, and fill in"
            " the engine's address and its secret",
            f"the secret: {secret}",
            "in WHMCS: Configuration > System Settings > Servers > Add New Server, with the module"
            " puqzimbra, and Test Connection",
        ),
        "fossbilling": (
            f"the secret: {secret}",
            "in FOSSBilling: Extensions, activate Zimbra mail",
            "in FOSSBilling: System > Hosting plans and servers > New server, manager Puqzimbra,"
            " and test the connection",
        ),
    }
    for step in steps[platform]:
        click.echo(f"next: {step}", err=True)
