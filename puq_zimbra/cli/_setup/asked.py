"""The questions of `puq-zimbra setup`, for what no option says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from puq_zimbra.billing import plain
from puq_zimbra.cli._setup.files import ServerWanted
from puq_zimbra.config import Limits
from puq_zimbra.errors import CertificateNotTrusted, PuqZimbraError
from puq_zimbra.zimbra import certificate
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server, Tls

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """What the options and the answers say."""

    server: ServerWanted | None
    installation: str | None
    password: str | None = field(default=None, repr=False)


def answers(given: Mapping[str, Any], *, asks: bool) -> Wanted:
    """The options, completed by questions if somebody can answer them.

    Raises:
        UsageError: an option lacks another one, or cannot be used.
    """
    url = given["url"] or (asks and _ask("Zimbra's admin service (empty = later)", "")) or None
    server, password = None, None
    if url:
        server, password = _server(given, url, asks=asks)
    installation = given["installation"]
    if installation is None and asks:
        installation = _ask("The billing platform's name (empty = later)", "whmcs") or None
    if installation is not None:
        plain.validate({"installation": installation})
    return Wanted(server, installation, password)


def _server(given: Mapping[str, Any], url: str, *, asks: bool) -> tuple[ServerWanted, str | None]:
    name = given["name"] or (asks and _ask("A name of yours for it", "mail1")) or "mail1"
    if not _NAME.fullmatch(name):
        raise click.UsageError(f"--server {name}: small letters, digits, - and _ alone.")
    admin = given["admin"] or (asks and _ask("Its administrator for this service", None))
    if not admin:
        raise click.UsageError("--url needs --admin and --password-file, too.")
    password = _password(given["password_file"], asks=asks)
    if password is None and not asks:
        raise click.UsageError("--url needs --admin and --password-file, too.")
    server = ServerWanted(name, _with_scheme(url), admin, given["fingerprint"], given["ca_file"])
    if server.fingerprint is None and server.ca_file is None:
        server = _trusted(server, asks=asks)
    return server, password


def _with_scheme(url: str) -> str:
    full = url if "://" in url else f"https://{url}"
    try:
        port = urlsplit(full).port
    except ValueError as error:
        raise click.UsageError(f"--url {url}: {error}.") from error
    return full if port or "/" in full.partition("://")[2] else f"{full}:7071"


def _password(file: Path | None, *, asks: bool) -> str | None:
    if file is not None:
        text = file.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        return f"{text}\n"
    if asks:
        return f"{click.prompt('His password', hide_input=True)}\n"
    return None


def _trusted(server: ServerWanted, *, asks: bool) -> ServerWanted:
    """The server with its fingerprint, if no authority is trusted and a person says it is right."""
    there = Server(url=server.url, tls=Tls())
    zimbra = Zimbra(there, Limits(), None)
    try:
        zimbra.pipeline.probe()
    except CertificateNotTrusted as error:
        shown = certificate.shown_by(there)
        words = (
            f"No authority that this machine trusts signed the certificate of {there.named}. Its"
            f" fingerprint is\n  {shown.fingerprint}\nCompare it on the Zimbra server: openssl"
            " x509 -noout -fingerprint -sha256 -in /opt/zimbra/ssl/zimbra/server/server.crt"
        )
        if not asks:
            raise click.UsageError(
                f"{words}\nIf it is the same: --fingerprint {shown.fingerprint}"
            ) from error
        click.echo(words, err=True)
        if click.confirm("Is it the same?", err=True):
            return replace(server, fingerprint=shown.fingerprint)
        raise click.Abort from error
    except PuqZimbraError as error:
        click.echo(f"Not tested yet: {error}", err=True)
    finally:
        zimbra.close()
    return server


def _ask(question: str, default: str | None) -> str:
    return str(click.prompt(question, default=default, err=True)).strip()
