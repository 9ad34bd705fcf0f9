"""Second check of `puq-zimbra doctor` for a server: the log-in.

Source: `puq_zimbra.zimbra.connection`; zmprov's help (ga, ma).
"""

from __future__ import annotations

import shlex

from puq_zimbra.cli.doctor.findings import Finding, Findings, again
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import AddressBlocked, CredentialsRejected, Unavailable, shown
from puq_zimbra.zimbra import versions
from puq_zimbra.zimbra_server import Server


def check(server: CheckedServer) -> Findings:
    """Check that the log-in works; rejected credentials are tried no more often than by hooks."""
    name, zimbra = server.name, server.zimbra
    account = zimbra.server.username or ""
    password_file = server.config.servers[name].password_file
    try:
        info = zimbra.get_version_info()
    except CredentialsRejected as error:
        commands = _remedies(error.zimbra_code, name, account, password_file or "PASSWORD_FILE")
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
    if versions.is_carbonio(info) and zimbra.server.admin_url is None:
        yield _no_console(name, zimbra.server)


def _no_console(name: str, server: Server) -> Finding:
    """The finding for a Carbonio whose console has no address in the configuration."""
    words = (
        f"This is a Carbonio, and links to its console lead to {shown(server.admin_panel)}, which"
        " is Zimbra's: set admin_url here and at the billing host's server."
    )
    host = f"[{server.host}]" if ":" in server.host else server.host
    command = f'in [servers.{name}]: admin_url = "https://{host}:6071/carbonioAdmin"'
    return Finding("console", "warning", words, (command,), name)


def _remedies(code: str, name: str, account: str, password_file: str) -> tuple[str, ...]:
    """The commands that correct a rejected log-in."""
    quoted = shlex.quote(account)
    if code == "account.CHANGE_PASSWORD":
        return (f"zmprov ma {quoted} zimbraPasswordMaxAge 0 zimbraPasswordMustChange FALSE",)
    if "TWO_FACTOR" in code:
        return (f"zmprov ma {quoted} zimbraFeatureTwoFactorAuthRequired FALSE", again(name))
    status = f"zmprov ga {quoted} zimbraAccountStatus"
    if code != "account.AUTH_FAILED":
        return f"{status} zimbraIsAdminAccount", again(name)
    return status, f"editor {shlex.quote(password_file)}", again(name)
