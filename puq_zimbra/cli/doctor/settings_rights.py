"""Check of `puq-zimbra doctor`: what the pages of server settings and of the queue need.

Zimbra is asked what our own administrator may write, attribute by attribute; who may write one may
read it, too. A global administrator may do all of it. Reading a queue and acting on its messages
is one right.

Source: `service/admin/CheckRight.java` (a global configuration has no name; an attribute that may
not be written is a fault); `AttrRight.suitableFor`; `zimbra-rights.xml` (modifyGlobalConfig,
modifyServer, modifyCos, modifyDomain, manageMailQueue: "view and take actions");
`rmgmt/RemoteManager.java` (its SSH key); zmprov's help (grr), `zmsshkeygen`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from puq_zimbra.cli.doctor.findings import Finding, Findings
from puq_zimbra.cli.doctor.subjects import CheckedServer
from puq_zimbra.errors import NotFound, PermissionDenied, PuqZimbraError, shown
from puq_zimbra.settings.row import Scope
from puq_zimbra.settings.table import SETTINGS, attributes
from puq_zimbra.zimbra import answers, batches, queues
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Asked
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.messages import selector

_NAME = "server-settings"
_DEFAULT_CLASS = "default"
#: scope -> the right to write all its attributes
_WHOLE: Mapping[Scope, str] = {
    "global": "modifyGlobalConfig",
    "server": "modifyServer",
    "class": "modifyCos",
    "domain": "modifyDomain",
}
_RIGHTS = {one.attribute: one.right for one in SETTINGS}


@dataclass(frozen=True)
class _Target:
    """An object whose settings are changed."""

    scope: Scope
    #: as CheckRight names it: its type, and its id
    type: str
    id: str
    #: where zmprov grants the right
    granted_on: str = "global"


def check(server: CheckedServer) -> Findings:
    """Check whether the settings can be read and changed, and the queues looked into."""
    zimbra, name = server.zimbra, server.name
    account = shlex.quote(zimbra.server.username or "")
    listed = batches.read(
        zimbra,
        [("GetAllServers", {"applyConfig": "0"}), ("GetAllCos", {})],
    )
    servers, classes = (_entries(one) for one in listed)
    commands = list(_to_list(servers, classes))
    missing = 0
    for target, lacking in _lacking(zimbra, servers, classes).items():
        missing += len(lacking)
        commands += _to_write(target, lacking)
    if commands:
        words = (
            f"Server settings of private servers cannot all be changed: {shown(account)} lacks"
            f" rights ({missing} attributes may not be written)."
        )
        lines = tuple(f"zmprov grr {on} usr {account} {right}" for on, right in commands)
        # That he is no global administrator is an error of its own.
        yield Finding(_NAME, "note", words, lines, name)
    else:
        words = "Server settings of private servers can be read and changed."
        yield Finding(_NAME, "ok", words, (), name)
    yield from _queues(server, servers, account)


def _entries(part: batches.Part) -> list[Entry]:
    return answers.entries(part) if isinstance(part, etree._Element) else []


def _to_list(servers: list[Entry], classes: list[Entry]) -> list[tuple[str, str]]:
    """Where and which rights are missing to see servers and classes at all."""
    found = [] if servers else [("global", "listServer"), ("global", "modifyServer")]
    return found + ([] if classes else [("global", "listCos"), ("global", "modifyCos")])


def _lacking(
    zimbra: Zimbra, servers: list[Entry], classes: list[Entry]
) -> Mapping[_Target, list[str]]:
    """Target -> the attributes that may not be written; all of them, if nobody can be asked."""
    own, targets = _targets(zimbra, servers, classes)
    pairs = [(target, one) for target in targets for one in attributes(target.scope)]
    asked: list[Asked] = [
        (
            "CheckRight",
            {
                "target": selector("id", target.id, type=target.type),
                "grantee": own,
                "right": _RIGHTS[one],
            },
        )
        for target, one in pairs
    ]
    parts = batches.read(zimbra, asked) if own else [None] * len(pairs)
    found: dict[_Target, list[str]] = {}
    for (target, one), part in zip(pairs, parts, strict=True):
        if not _is_allowed(part):
            found.setdefault(target, []).append(one)
    return found


def _is_allowed(part: batches.Part | None) -> bool:
    """Whether an attribute may be written, or is none that this Zimbra has."""
    if isinstance(part, etree._Element):
        return part.get("allow") == "1"
    return part is not None and not isinstance(part, PermissionDenied)


def _targets(
    zimbra: Zimbra, servers: list[Entry], classes: list[Entry]
) -> tuple[dict[str, str], list[_Target]]:
    """Our administrator as CheckRight names him, empty if he cannot be found; and the targets."""
    usual = next((one for one in classes if one.name == _DEFAULT_CLASS), None)
    cos = usual or next(iter(classes), None)
    found = [_Target("global", "config", "globalconfig")]
    for one in servers:
        on = f"server {shlex.quote(one.name)}"
        found.append(_Target("server", "server", one.id, on))
    if cos is not None:
        found.append(_Target("class", "cos", cos.id))
    try:
        account = zimbra.get_account(zimbra.server.username or "", "name", ("zimbraId",))
        domain = zimbra.get_domain(account.name.rpartition("@")[2], "name", ("zimbraId",))
    except (PermissionDenied, NotFound):
        return {}, [*found, _Target("domain", "domain", "")]
    found.append(_Target("domain", "domain", domain.id))
    return selector("id", account.id, type="usr"), found


def _to_write(target: _Target, lacking: list[str]) -> list[tuple[str, str]]:
    """Where and which rights are to be granted: the whole one, or those to single attributes."""
    if len(lacking) == len(attributes(target.scope)):
        return [(target.granted_on, _WHOLE[target.scope])]
    return [(target.granted_on, _RIGHTS[one]) for one in lacking]


def _queues(server: CheckedServer, servers: list[Entry], account: str) -> Findings:
    """Whether Zimbra looks into the queues of the servers that deliver mail."""
    names = [one.name for one in servers if _may_deliver(one)]
    asked: list[Asked] = [("GetMailQueueInfo", queues.info_arguments(name)) for name in names]
    for name, info in zip(names, batches.read(server.zimbra, asked) if asked else (), strict=True):
        if isinstance(info, PermissionDenied):
            words = f"The queue of {name} may not be looked into, nor its messages acted on."
            command = f"zmprov grr server {shlex.quote(name)} usr {account} manageMailQueue"
            yield Finding(_NAME, "note", words, (command,), server.name)
        elif isinstance(info, PuqZimbraError):
            words = f"Zimbra cannot look into the queue of {name} over SSH."
            commands = ("su - zimbra -c zmsshkeygen", "su - zimbra -c zmupdateauthkeys")
            yield Finding(_NAME, "note", words, commands, server.name)
        else:
            words = f"The queue of {name} can be looked into."
            yield Finding(_NAME, "ok", words, (), server.name)


def _may_deliver(server: Entry) -> bool:
    """Whether a server delivers mail, or nobody may see whether it does."""
    services = "zimbraServiceEnabled"
    return "mta" in server.all(services) or services in server.denied
