"""`puq-zimbra doctor`: whether a server is reached and trusted, its clock, and the log-in.

Source: the transport's and the connection's own words; RFC 9110 (Date).
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from puq_zimbra.call import Server
from puq_zimbra.commands import doctor_certificate
from puq_zimbra.commands.doctor_certificate import Shown
from puq_zimbra.commands.doctor_findings import Finding, Findings, Level, again
from puq_zimbra.config import Config
from puq_zimbra.errors import (
    AddressBlocked,
    CertificateNotTrusted,
    CredentialsRejected,
    Fault,
    Unavailable,
    shown,
)
from puq_zimbra.zimbra import answers, messages
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.politeness import Politeness, own_folder
from puq_zimbra.zimbra.transport import Answer, Transport

#: days before the end of a certificate from which on it is time to renew it
_DAYS = 30
#: seconds by which clocks may differ: fine, and (signatures, Zimbra's own tokens) at the very most
_FINE, _MOST = 30, 300


def machines_folder(config: Config) -> Path | None:
    """The state directory, if what we leave there can be used by those whose it is."""
    directory = config.store_directory()
    # Another user's limits could not be kept together with ours: our files would be in his way.
    usable = os.access(directory, os.W_OK) and directory.stat().st_uid == os.geteuid()
    return directory if usable else None


@dataclass
class Seen:
    """What `reach` came to know on its way."""

    #: our own address on the way to the server
    our_address: str = ""
    #: a trusted server answered as Zimbra's admin service does
    is_zimbra: bool = False


def reach(config: Config, name: str, server: Server, seen: Seen) -> Findings:
    """Whether the server is trusted and a Zimbra, and what its clock says; fills in ``seen``."""
    try:
        certificate = doctor_certificate.shown_by(server)
    except OSError as error:
        yield _not_reached(name, server, error.strerror or type(error).__name__)
        return
    except ValueError:
        words = "The server's certificate cannot be read."
        yield Finding("tls", "error", words, (_show_certificate(server),), name)
        return
    seen.our_address = certificate.our_address
    turn = Politeness(own_folder(machines_folder(config)), server.place, config.limits).turn
    transport = Transport(server.url, server.tls, config.limits.request_seconds, turn)
    try:
        answer = transport.post(messages.write("GetVersionInfo", {}))
    except CertificateNotTrusted as error:
        yield _not_trusted(name, server, certificate, doctor_certificate.why_not_trusted(error))
        return
    except Unavailable as error:
        yield _not_reached(name, server, str(error))
        return
    finally:
        transport.close()
    yield _trusted(name, server, certificate)
    yield _clock(name, answer)
    try:
        answers.read(answer, "GetVersionInfo")
    except Fault:
        seen.is_zimbra = True  # for it wants a log-in first
    except Unavailable as error:
        yield Finding("tls", "error", str(error), (_show_answer(server),), name)


def _not_reached(name: str, server: Server, reason: str) -> Finding:
    host, port = doctor_certificate.host_and_port(server)
    words = f"The server cannot be reached at {shown(f'{host}:{port}')}: {shown(reason)}"
    return Finding("tls", "error", words.rstrip(".") + ".", (f"nc -vz {host} {port}",), name)


def _not_trusted(name: str, server: Server, seen: Shown, reason: str) -> Finding:
    if server.tls.fingerprint:
        reason = "its fingerprint is not the pinned one"
    words = (
        f"The server's certificate is not trusted: {shown(reason or 'no reason is given')}; it ends"
        f" on {seen.ends:%Y-%m-%d}, and nothing was sent to it."
    )
    if seen.days < 0:
        words = (
            f"The server's certificate has expired on {seen.ends:%Y-%m-%d}, and nothing was sent to"
            " it: renew it there."
        )
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
    if seen.days >= _DAYS:
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
    name, port = doctor_certificate.host_and_port(server)
    return (
        f"openssl s_client -connect {host or name}:{port} </dev/null 2>/dev/null |"
        " openssl x509 -noout -fingerprint -sha256 -dates"
    )


def _show_answer(server: Server) -> str:
    return f"curl --insecure --head {shlex.quote(server.url)}"


def _clock(name: str, answer: Answer) -> Finding:
    try:
        theirs = parsedate_to_datetime(answer.date)
        apart = round(abs((datetime.now(UTC) - theirs).total_seconds()))
    except (TypeError, ValueError):  # none, nonsense, or without a zone
        words = "The server does not say what its clock shows."
        return Finding("clock", "note", words, ("timedatectl",), name)
    words = f"This machine's clock and the server's differ by {apart} s"
    if apart <= _FINE:
        return Finding("clock", "ok", f"{words} (up to {_FINE} are fine).", (), name)
    level: Level = "error" if apart > _MOST else "warning"
    words = f"{words}: {_FINE} are fine, and from {_MOST} on signatures are refused."
    commands = ("timedatectl", "on the Zimbra server: timedatectl")
    return Finding("clock", level, words, commands, name)


def log_in(name: str, zimbra: Zimbra, password_file: str | None) -> Findings:
    """Whether the log-in works. Rejected credentials are tried no more often than hooks may."""
    account = zimbra.server.username or ""
    try:
        info = zimbra.get_version_info()
    except CredentialsRejected as error:
        commands = _mending(error.zimbra_code, name, account, password_file or "PASSWORD_FILE")
        yield Finding("log-in", "error", str(error), commands, name)
        return
    except AddressBlocked as error:
        yield Finding("log-in", "error", str(error), (f"in 15 minutes: {again(name)}",), name)
        return
    except Unavailable as error:
        yield Finding("log-in", "error", str(error), ("su - zimbra -c 'zmcontrol status'",), name)
        return
    version = shown(info.get("version", "?"))
    yield Finding("log-in", "ok", f"Zimbra {version} lets {shown(account)} in.", (), name)


def _mending(code: str, name: str, account: str, password_file: str) -> tuple[str, ...]:
    """What to do about a rejected log-in."""
    who = shlex.quote(account)
    if code == "account.CHANGE_PASSWORD":
        return (f"zmprov ma {who} zimbraPasswordMaxAge 0 zimbraPasswordMustChange FALSE",)
    edit = f"editor {shlex.quote(password_file)}"
    return f"zmprov ga {who} zimbraAccountStatus", edit, again(name)
