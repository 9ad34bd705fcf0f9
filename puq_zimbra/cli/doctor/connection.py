"""First check of `puq-zimbra doctor` for a server: it is reached and trusted; its clock.

Source: `puq_zimbra.zimbra.transport`; RFC 9110 (Date).
"""

from __future__ import annotations

import os
import shlex
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from puq_zimbra.cli.doctor.findings import Finding, Findings, Level
from puq_zimbra.config import Config
from puq_zimbra.errors import (
    CertificateNotTrusted,
    Fault,
    NoTls,
    PuqZimbraError,
    Unavailable,
    filled_in,
    shown,
)
from puq_zimbra.zimbra import answers, certificate
from puq_zimbra.zimbra.certificate import Shown
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.clock import MOST, Dated
from puq_zimbra.zimbra.transport import Answer
from puq_zimbra.zimbra_server import Server

#: days before the end of a certificate in which it must be renewed
_RENEWAL_DAYS = 30
#: seconds by which clocks may differ without harm (limit: `puq_zimbra.zimbra.clock.MOST`)
_FINE = 30


def shared_folder(config: Config) -> Path | None:
    """The state directory, if its owner can use the files that we leave there."""
    directory = config.store_directory()
    # As another user we cannot share its rate limit: our files would be in its way.
    usable = os.access(directory, os.W_OK) and directory.stat().st_uid == os.geteuid()
    return directory if usable else None


@dataclass
class Seen:
    """What `check` has learnt."""

    #: our own address on the way to the server
    our_address: str = ""
    #: a trusted server answered as Zimbra's admin service does
    is_zimbra: bool = False


def check(config: Config, name: str, server: Server, seen: Seen) -> Findings:
    """Check that the server is a trusted Zimbra with the right time; fill in ``seen``."""
    try:
        shown_certificate = certificate.shown_by(server)
    except Unavailable as error:
        yield _not_reached(name, server, error)
        return
    except ValueError:
        words = "The server's certificate cannot be read."
        yield Finding("tls", "error", words, (_show_certificate(server),), name)
        return
    seen.our_address = shown_certificate.our_address
    zimbra = Zimbra(server, config.limits, shared_folder(config))
    try:
        answer = zimbra.pipeline.probe()
    except CertificateNotTrusted as error:
        yield _not_trusted(name, server, shown_certificate, error)
        return
    except Unavailable as error:
        yield _not_reached(name, server, error)
        return
    finally:
        zimbra.close()
    yield _trusted(name, server, shown_certificate)
    yield _clock(name, answer)
    try:
        answers.read(answer, "GetVersionInfo")
    except Fault:
        seen.is_zimbra = True  # it wants a log-in first
    except Unavailable as error:
        yield Finding("tls", "error", str(error), (_show_answer(server),), name)


def _not_reached(name: str, server: Server, error: Unavailable) -> Finding:
    host, port = certificate.host_and_port(server)
    commands = [f"nc -vz {host} {port}"]
    if isinstance(error, NoTls):
        commands = [f"openssl s_client -connect {host}:{port} </dev/null"]
    words = f"{shown(f'{host}:{port}')}: {_without_server(error)}"
    return Finding("tls", "error", words, tuple(commands), name)


def _without_server(error: PuqZimbraError) -> str:
    """An error's sentence without its server, which the finding names."""
    values = {key: value for key, value in error.values.items() if key != "server"}
    return filled_in(error.message, values)


def _not_trusted(name: str, server: Server, seen: Shown, error: CertificateNotTrusted) -> Finding:
    ends = f"it ends on {seen.ends:%Y-%m-%d}" if seen.days >= 0 else "it has ended"
    words = f"{_without_server(error).rstrip('.')}; {ends}, and nothing was sent to the server."
    commands = (
        f"on the Zimbra server: {_show_certificate(server, '127.0.0.1')}",
        f'if it shows the same, in [servers.{name}]: fingerprint = "{seen.fingerprint}"',
    )
    return Finding("tls", "error", words, commands, name)


def _trusted(name: str, server: Server, seen: Shown) -> Finding:
    pinned = bool(server.tls.fingerprint)
    by = (
        "its pinned fingerprint"
        if pinned
        else f"the authorities in {server.tls.ca_file}"
        if server.tls.ca_file
        else "the system's authorities"
    )
    until = f"{seen.ends:%Y-%m-%d}"
    trusted = f"The certificate is trusted by {by}"
    if seen.days >= _RENEWAL_DAYS:
        return Finding("tls", "ok", f"{trusted} and ends on {until}.", (), name)
    ends = f"ends on {until}" if seen.days >= 0 else f"has ended on {until}"
    if not pinned:
        words = f"{trusted}, but {ends}: nothing is sent to the server after that."
        command = "on the Zimbra server: /opt/zimbra/bin/zmcertmgr viewdeployedcrt mailboxd"
        return Finding("tls", "warning", words, (command,), name)
    return Finding(
        "tls",
        "warning",
        f"{trusted}, but {ends}: the one that replaces it has another fingerprint, so pin both.",
        (
            "for the new certificate's file: openssl x509 -noout -fingerprint -sha256 -in FILE",
            f'in [servers.{name}]: fingerprint = ["{seen.fingerprint}", "sha256:NEW"]',
        ),
        name,
    )


def _show_certificate(server: Server, host: str | None = None) -> str:
    name, port = certificate.host_and_port(server)
    return (
        f"openssl s_client -connect {host or name}:{port} </dev/null 2>/dev/null |"
        " openssl x509 -noout -fingerprint -sha256 -dates"
    )


def _show_answer(server: Server) -> str:
    return f"curl --insecure --head {shlex.quote(server.url)}"


def _clock(name: str, answer: Answer) -> Finding:
    ahead = Dated(answer.date, time.monotonic()).seconds_ahead(datetime.now(UTC))
    if ahead is None:
        words = "The server does not say what its clock shows."
        return Finding("clock", "note", words, ("timedatectl",), name)
    apart = round(abs(ahead))
    words = f"This machine's clock and the server's differ by {apart} s"
    if apart <= _FINE:
        return Finding("clock", "ok", f"{words} (up to {_FINE} are fine).", (), name)
    level: Level = "error" if apart > MOST else "warning"
    words = (
        f"{words}: {_FINE} are fine, and from {MOST} on signatures are refused and nothing is"
        " deleted."
    )
    commands = ("timedatectl", "on the Zimbra server: timedatectl")
    return Finding("clock", level, words, commands, name)
