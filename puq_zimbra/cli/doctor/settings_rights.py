"""Check of `puq-zimbra doctor`: what the pages of server settings and of the queue need.

Asked by reading: an administrator who may not read an attribute may not change it either. A global
administrator may do all of it.

Source: `zimbra-rights.xml` (modifyGlobalConfig, getGlobalConfig, manageMailQueue);
`rmgmt/RemoteManager.java` (its SSH key); zmprov's help (grr), `zmsshkeygen`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from lxml import etree

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import PermissionDenied, PuqZimbraError
from puq_zimbra.settings.table import SETTINGS
from puq_zimbra.zimbra import answers, batches, queues
from puq_zimbra.zimbra.answers import Entry

_NAME = "server-settings"


def check(server: CheckedServer) -> Findings:
    """Check whether the settings can be read and the queues looked into."""
    zimbra, name = server.zimbra, server.name
    account = shlex.quote(zimbra.server.username or "")
    config, servers, classes = batches.read(
        zimbra,
        [("GetAllConfig", {}), ("GetAllServers", {"applyConfig": "0"}), ("GetAllCos", {})],
    )
    missing = list(_missing(config, servers, classes))
    if missing:
        words = "Server settings of private servers cannot be changed: rights are missing."
        commands = tuple(
            f"zmprov grr {target} usr {account} {right}"
            for scope, target, right in _targets(servers)
            if scope in missing
        )
        # That he is no global administrator is an error of its own.
        yield Finding(_NAME, "note", words, commands, name)
    else:
        words = "Server settings of private servers can be read and changed."
        yield Finding(_NAME, "ok", words, (), name)
    yield from _queues(server, servers, account)


def _missing(config: batches.Part, servers: batches.Part, classes: batches.Part) -> Iterator[str]:
    """The scopes whose attributes may not be read."""
    if isinstance(config, PuqZimbraError) or _hidden(answers.values_of(config)[1], "global"):
        yield "global"
    for part, scope in ((servers, "server"), (classes, "class")):
        found = _entries(part)
        if not found or any(_hidden(one.denied, scope) for one in found):
            yield scope


def _entries(part: batches.Part) -> list[Entry]:
    return answers.entries(part) if isinstance(part, etree._Element) else []


def _hidden(denied: frozenset[str], scope: str) -> bool:
    return any(one.attribute in denied for one in SETTINGS if one.scope == scope)


def _targets(servers: batches.Part) -> Iterator[tuple[str, str, str]]:
    """Scope, zmprov's target and right."""
    yield "global", "global", "modifyGlobalConfig"
    for one in _entries(servers):
        yield "server", f"server {shlex.quote(one.name)}", "modifyServer"
    if not _entries(servers):
        yield "server", "global", "modifyServer"
    yield "class", "global", "modifyCos"


def _queues(server: CheckedServer, part: batches.Part, account: str) -> Findings:
    """Whether Zimbra looks into the queues of the servers that deliver mail."""
    names = [one.name for one in _entries(part) if "mta" in one.all("zimbraServiceEnabled")]
    asked = [("GetMailQueueInfo", queues.info_arguments(name)) for name in names]
    for name, info in zip(names, batches.read(server.zimbra, asked) if asked else (), strict=True):
        if isinstance(info, PermissionDenied):
            words = f"The queue of {name} may not be looked into."
            command = f"zmprov grr server {shlex.quote(name)} usr {account} manageMailQueue"
            yield Finding(_NAME, "note", words, (command,), server.name)
        elif isinstance(info, PuqZimbraError):
            words = f"Zimbra cannot look into the queue of {name} over SSH."
            commands = ("su - zimbra -c zmsshkeygen", "su - zimbra -c zmupdateauthkeys")
            yield Finding(_NAME, "note", words, commands, server.name)
        else:
            words = f"The queue of {name} can be looked into."
            yield Finding(_NAME, "ok", words, (), server.name)
