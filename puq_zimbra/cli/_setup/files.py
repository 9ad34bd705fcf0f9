"""What the files hold that `puq-zimbra setup` writes: settings, units, the cron file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from puq_zimbra import host_modules
from puq_zimbra.cli._setup.plan import Plan

#: as the files in deploy/ have them
_PROGRAM, _CONFIG = "/opt/puq-zimbra/bin/puq-zimbra", "/etc/puq-zimbra/config.toml"
_BACKUPS, _BIN = "/var/backups/puq-zimbra", "/opt/puq-zimbra/bin"


@dataclass(frozen=True)
class ServerWanted:
    """A Zimbra as the questions named it."""

    name: str
    url: str
    username: str
    fingerprint: str | None = None
    ca_file: str | None = None

    def password_file(self, plan: Plan) -> Path:
        """Where its password is."""
        return plan.config.parent / f"{self.name}.password"


def settings(plan: Plan, server: ServerWanted | None) -> str:
    """The settings file."""
    example = host_modules.folder("deploy") / "config.toml"
    lines = [
        "# Settings of puq_zimbra, made by `puq-zimbra setup`. Every setting with its meaning:",
        f"# {example}",
        "",
        "[store]",
        f"dir = {_text(plan.state)}",
        "",
        "[http]",
        f"listen = {_text(plan.listen)}",
    ]
    return "\n".join(lines) + "\n" + (section(plan, server) if server else "")


def section(plan: Plan, server: ServerWanted) -> str:
    """The section of a server."""
    values: dict[str, object] = {
        "url": server.url,
        "username": server.username,
        "password_file": server.password_file(plan),
    }
    if server.fingerprint:
        values["fingerprint"] = server.fingerprint
    if server.ca_file:
        values["ca_file"] = server.ca_file
    pairs = "".join(f"{key} = {_text(value)}\n" for key, value in values.items())
    return f"\n[servers.{server.name}]\n{pairs}"


def units(plan: Plan) -> Mapping[str, str]:
    """The systemd units, by their file's name."""
    found = {}
    for path in sorted((host_modules.folder("deploy") / "systemd").iterdir()):
        found[path.name] = _placed(path.read_text("utf-8"), plan)
    return found


def cron(plan: Plan) -> str:
    """The cron file."""
    text = (host_modules.folder("deploy") / "cron" / "puq-zimbra").read_text("utf-8")
    lines = []
    for line in _placed(text.replace(f"{_BIN}:", f"{plan.program.parent}:"), plan).splitlines():
        # Five fields of time, then the user.
        words = line.split("  puq-zimbra  ", 1)
        lines.append(f"  {plan.user}  ".join(words))
    return "\n".join(lines) + "\n"


def _placed(text: str, plan: Plan) -> str:
    """The text of a file in deploy/ for this machine's places and user."""
    text = text.replace(_PROGRAM, str(plan.program)).replace(_CONFIG, str(plan.config))
    text = text.replace(_BACKUPS, str(plan.backups))
    text = text.replace("User=puq-zimbra\n", f"User={plan.user}\n")
    text = text.replace("Group=www-data\n", f"Group={plan.group}\n")
    if plan.state != Path("/var/lib/puq-zimbra"):
        text = text.replace(
            "StateDirectory=puq-zimbra\nStateDirectoryMode=0700\n", f"ReadWritePaths={plan.state}\n"
        )
    return text


def _text(value: object) -> str:
    """A TOML string: JSON's escapes are TOML's."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
