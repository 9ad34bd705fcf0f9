"""What a person does in each billing platform after `puq-zimbra setup`, and what he pastes there.

Source: docs/whmcs.md, docs/fossbilling.md, docs/http-api.md.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from puq_zimbra.cli._setup.asked import Wanted
from puq_zimbra.cli._setup.plan import Plan
from puq_zimbra.http_settings import HttpSettings

#: what stands for a secret that a dry run does not make
_LATER = "(the secret: setup makes it)"
_USUAL = f"http://{HttpSettings().listen}"


@dataclass(frozen=True)
class Platform:
    """A billing platform."""

    title: str
    #: what to do, in this order
    steps: Sequence[str]
    #: where to paste -> the lines to paste there
    paste: Mapping[str, Sequence[str]]


def platforms(plan: Plan, wanted: Wanted, engine: str, secret: str | None) -> dict[str, Any]:
    """Each platform by its name, as JSON has it."""
    found = {
        "whmcs": _whmcs(plan, wanted, engine, secret or _LATER),
        "fossbilling": _fossbilling(plan, wanted, engine, secret or _LATER),
        "json": _json(plan, wanted, engine, secret or _LATER),
    }
    return {name: asdict(one) for name, one in found.items()}


def _whmcs(plan: Plan, wanted: Wanted, engine: str, secret: str) -> Platform:
    host, port = _host_port(wanted)
    return Platform(
        "WHMCS",
        (
            f"{shlex.quote(str(plan.program))} host install whmcs /path/of/whmcs",
            "Configuration > System Settings > Servers > Add New Server: the module PUQ Zimbra,"
            f" hostname {host}, port {port}; user name and password stand in the engine's settings",
            "paste into Access Hash what is below; Test Connection",
            "Products/Services: a product of the module PUQ Zimbra; every setting has a default",
        ),
        {"Access Hash": _lines(wanted, engine, secret)},
    )


def _fossbilling(plan: Plan, wanted: Wanted, engine: str, secret: str) -> Platform:
    host, port = _host_port(wanted)
    return Platform(
        "FOSSBilling",
        (
            f"{shlex.quote(str(plan.program))} host install fossbilling /path/of/fossbilling",
            "Extensions: activate Zimbra mail",
            "Hosting plans and servers > New server: the manager PUQ Zimbra, hostname"
            f" {host}, port {port}; paste what is below; test the connection",
            "Products: a new product of the type Zimbra",
        ),
        {"Settings, with blanks between": [" ".join(_lines(wanted, engine, secret))]},
    )


def _json(plan: Plan, wanted: Wanted, engine: str, secret: str) -> Platform:
    url = wanted.server.url if wanted.server else "https://mail.example.test:7071"
    body = {"installation": wanted.installation, "server": {"url": url}}
    ours = ["runuser", "-u", plan.user, "--", str(plan.program), "--config", str(plan.config)]
    by_command = shlex.join([*ours, "hook", "plain", "test_connection"])
    return Platform(
        "Your own platform (JSON)",
        (
            f"over HTTP: POST {engine}/v1/hook/plain/EVENT, signed with the secret"
            " (docs/http-api.md has it in shell, Python and PHP)",
            f"or by the command line: {by_command} <body.json",
        ),
        {"body.json": [json.dumps(body)], "secret": [secret]},
    )


def _lines(wanted: Wanted, engine: str, secret: str) -> list[str]:
    """The bridge's settings that are not the usual ones."""
    other = [] if engine == _USUAL else [f"engine={engine}"]
    return [*other, f"installation={wanted.installation}", f"secret={secret}"]


def _host_port(wanted: Wanted) -> tuple[str, int]:
    """Zimbra's, as its settings have it: the engine knows it by these."""
    parts = urlsplit(wanted.server.url if wanted.server else "https://mail.example.test:7071")
    return parts.hostname or "", parts.port or 443
