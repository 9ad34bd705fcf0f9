"""All checks of one server, each only where the one before left something to check."""

from __future__ import annotations

from puq_zimbra.cli.doctor import connection, log_in
from puq_zimbra.cli.doctor.checks import SERVER_CHECKS
from puq_zimbra.cli.doctor.findings import Finding, Findings, again, guarded
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.config import Config
from puq_zimbra.errors import Misconfigured
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra_server import Server


def check_server(config: Config, name: str) -> Findings:
    """Check that a server is configured, reached and trusted; then what needs a log-in."""
    try:
        server = config.server(name)
    except Misconfigured as error:
        commands = (f"correct [servers.{name}] in the settings, or the file that it names",)
        yield Finding("configuration", "error", str(error), commands, name)
        return
    seen = connection.Seen()
    yield from guarded("tls", connection.check(config, name, server, seen), name)
    if not seen.is_zimbra:
        words = "Log-in, rights, filter and classes of service were not checked."
        yield Finding("log-in", "note", words, (again(name),), name)
    elif server.username is None or server.password is None:
        words = (
            "No username and password_file are set: usage sync, purge and work cannot log in, and"
            " hooks only with the credentials of each request."
        )
        commands = (f"add username and password_file to [servers.{name}]",)
        yield Finding("log-in", "warning", words, commands, name)
    else:
        yield from _logged_in(config, name, server, seen.our_address)


def _logged_in(config: Config, name: str, server: Server, our_address: str) -> Findings:
    zimbra = Zimbra(server, config.limits, connection.shared_folder(config))
    checked = CheckedServer(name, config, zimbra, our_address)
    try:
        for finding in guarded("log-in", log_in.check(checked), name):
            yield finding
            if finding.level == "error":
                return
        for check_name, check in SERVER_CHECKS:
            yield from guarded(check_name, check(checked), name)
    finally:
        zimbra.close()
