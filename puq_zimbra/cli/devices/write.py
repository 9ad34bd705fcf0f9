"""`puq-zimbra devices write`: the files that Thunderbird and Outlook look for on a web server."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import click

from puq_zimbra.cli import _options
from puq_zimbra.config import load
from puq_zimbra.devices import files
from puq_zimbra.engine import service_lookup
from puq_zimbra.errors import Misconfigured


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_options.server
@_options.as_json
@click.pass_context
def write(context: click.Context, folder: Path, server: str | None, as_json: bool) -> None:
    """Write the configuration of Thunderbird and Outlook into a folder.

    The same files serve every domain of the mail server. A web server offers them under the names
    autoconfig.DOMAIN, autodiscover.DOMAIN and mta-sts.DOMAIN (docs/devices.md). A file that is
    there is replaced; nothing else in the folder is touched.

    \b
    Examples:
      puq-zimbra devices write /srv/autoconfig
      puq-zimbra devices write /srv/autoconfig/mail1 --server mail1 --json
    """
    config = load(context.obj)
    names = service_lookup.servers(config, server)
    if len(names) > 1:
        raise Misconfigured(
            "Several servers are configured: name one with --server (%(names)s).",
            names=", ".join(names),
        )
    written = []
    for path, content in files.all_of(config.server(names[0])).items():
        _write(folder / path, content)
        written.append(str(folder / path))
    if as_json:
        click.echo(json.dumps({"server": names[0], "files": written}, ensure_ascii=False))
    else:
        click.echo("\n".join(written))


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by the web server."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        new.write_bytes(content)
        new.chmod(0o644)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
