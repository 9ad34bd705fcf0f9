"""What Zimbra holds of the server settings now, read in one HTTP request.

Where a value comes from: a server's own one hides the global one, a domain's own one too; those of
a class are always its own. What an administrator may not read, and what this Zimbra does not know,
is left out: it is neither shown nor changed.

Source: `service/admin/{GetAllConfig,GetAllServers,GetAllCos,GetDomain,GetAttributeInfo}.java`;
recorded servers (``applyConfig="0"`` shows own values alone).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from lxml import etree

from puq_zimbra.errors import RequestRefused
from puq_zimbra.settings.kinds import Values
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.table import SETTINGS, attributes
from puq_zimbra.zimbra import answers, batches, directory, filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.messages import selector

#: default: Zimbra's own; unset: nothing is held; global: inherited from the whole installation
Source = Literal["default", "unset", "global", "server", "class", "domain"]
_OWN: Mapping[str, Source] = {
    "global": "global", "server": "server", "class": "class", "domain": "domain",
    "mailbox": "domain",
}  # fmt: skip
_DEFAULT_CLASS = "default"
_CATCHES = "zimbraMailCatchAllAddress"
#: accounts that catch the same mail, which are told
_MOST_CATCHING = 20
#: what says whether an account is a customer's
WHO = (
    "zimbraAccountStatus",
    "zimbraAccountCalendarUserType",
    "zimbraIsSystemAccount",
    "zimbraIsSystemResource",
    "zimbraIsAdminAccount",
)


@dataclass(frozen=True)
class Place:
    """An object that holds a value of its own, or could."""

    #: config, server, cos or domain
    kind: str
    id: str
    name: str
    own: Values


@dataclass(frozen=True)
class Held:
    """A server setting as it is now."""

    row: ServerSetting
    #: where a change is written: several servers, else one
    places: tuple[Place, ...]
    #: what is in force
    values: Values
    source: Source
    #: servers hold different values
    differs: bool = False
    #: a list of Zimbra's to take over
    common: Values = ()

    @property
    def text(self) -> str:
        """What its field shows."""
        return self.row.kind.write(self.values)


@dataclass(frozen=True)
class State:
    """All server settings that a customer may see, by key in the table's order."""

    held: Mapping[str, Held]
    #: id -> name of each class of service
    classes: Mapping[str, str] = field(default_factory=dict)
    #: the class whose values are shown; "" = none is
    class_name: str = ""
    class_id: str = ""
    #: attributes of the class that would hold for the administrator that we log in as
    shut_in: frozenset[str] = frozenset()
    #: the accounts that catch the domain's mail, with who they are; None = Zimbra knows no such
    catching: Sequence[Entry] | None = None


def read(zimbra: Zimbra, domain: Entry, *, whole: bool, cos: str = "") -> State:
    """Read the settings of a domain; with ``whole`` those of the Zimbra that it stands on, too.

    ``cos`` is the id or name of the class that is wanted; the domain's own for "", and where there
    is none of it.
    """
    asked = [*_of_domain(domain), *(_of_zimbra(zimbra) if whole else ())]
    parts = batches.read(zimbra, asked)
    if any(isinstance(one, RequestRefused) for one in parts[1:3]):
        parts[1:3] = _of_known(zimbra, domain)
    info, own, inherited, catching = (batches.require(one) for one in parts[:4])
    known = {one.get("n") or "" for one in answers.children(info)}
    found = _Found(answers.the_entry(own, "domain"), answers.the_entry(inherited, "domain"))
    if whole:
        _add_zimbra(found, parts[4:], cos)
    rows = [
        one for one in SETTINGS
        if one.attribute in known and (whole or one.of_domain)
        and not (one.network_edition and not found.network_edition)
    ]  # fmt: skip
    held = {one.key: now for one in rows if (now := _held(one, found)) is not None}
    name, identity = (found.cos.name, found.cos.id) if found.cos else ("", "")
    classes = {one.id: one.name for one in found.classes}
    caught = answers.entries(catching) if _CATCHES in known else None
    return State(held, classes, name, identity, found.shut_in, caught)


def _of_domain(domain: Entry) -> list[batches.Asked]:
    every = ",".join(dict.fromkeys(one.attribute for one in SETTINGS))
    return [
        ("GetAttributeInfo", {"attrs": every}),
        *_values(domain, attributes("domain")),
        ("SearchDirectory", _catching(domain)),
    ]


def _catching(domain: Entry) -> Mapping[str, Any]:
    query = filters.equal(_CATCHES, f"@{domain.name}")
    return directory.page_arguments("accounts", query, (_CATCHES, *WHO), limit=_MOST_CATCHING)


def _values(domain: Entry, names: Sequence[str]) -> list[batches.Asked]:
    """The domain's own values, and those in force."""
    wanted = {"domain": selector("id", domain.id), "attrs": ",".join(names)}
    return [("GetDomain", {**wanted, "applyConfig": apply}) for apply in ("0", "1")]


def _of_known(zimbra: Zimbra, domain: Entry) -> list[batches.Part]:
    """The domain's values once more, without the attributes that no domain of this Zimbra has.

    GetDomain refuses them all if one is not known; without names it would hand out keys.
    """
    (info,) = batches.read(zimbra, [("GetAttributeInfo", {"entryTypes": "domain"})])
    known = {one.get("n") for one in answers.children(batches.require(info))}
    names = [one for one in attributes("domain") if one in known]
    return batches.read(zimbra, _values(domain, names or ["zimbraId"]))


def _of_zimbra(zimbra: Zimbra) -> list[batches.Asked]:
    shutting = [one.attribute for one in SETTINGS if one.shuts_out]
    return [
        ("GetAllConfig", {}),
        ("GetAllServers", {"applyConfig": "0"}),
        ("GetAllCos", {}),
        ("GetVersionInfo", {}),
        (
            "GetAccount",
            {
                "account": selector("name", zimbra.server.username or ""),
                "applyCos": "0",
                "attrs": ",".join(("zimbraCOSId", *shutting)),
            },
        ),
    ]


@dataclass
class _Found:
    """What was read."""

    domain: Entry
    inherited: Entry
    config: Mapping[str, Values] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    servers: Sequence[Entry] = ()
    classes: Sequence[Entry] = ()
    cos: Entry | None = None
    network_edition: bool = False
    shut_in: frozenset[str] = frozenset()


def _add_zimbra(found: _Found, parts: Sequence[batches.Part], cos: str) -> None:
    config, servers, classes, version = (batches.require(one) for one in parts[:4])
    found.config, found.denied = answers.values_of(config)
    found.servers = answers.entries(servers)
    found.classes = answers.entries(classes)
    info = answers.child(version, "info")
    found.network_edition = info is not None and (info.get("type") or "FOSS") != "FOSS"
    named = found.domain.one("zimbraDomainDefaultCOSId")
    default = next((one for one in found.classes if one.name == _DEFAULT_CLASS), None)
    usual = next((one for one in found.classes if one.id == named), default)
    chosen = (one for one in found.classes if cos and cos in (one.id, one.name))
    found.cos = next(chosen, usual)
    found.shut_in = _shut_in(found.cos, default, parts[4])


def _shut_in(cos: Entry | None, default: Entry | None, account: batches.Part) -> frozenset[str]:
    """Attributes of the class that hold for our administrator; all where that cannot be read."""
    shutting = frozenset(one.attribute for one in SETTINGS if one.shuts_out)
    if not isinstance(account, etree._Element) or cos is None:
        return shutting
    administrator = answers.the_entry(account, "account")
    # One without a class has the default one, and which that is may be a matter of his domain.
    of_class = administrator.one("zimbraCOSId") or (cos.id if cos is default else "")
    unclear = not administrator.one("zimbraCOSId") and cos is not default
    if of_class != cos.id and not unclear:
        return frozenset()
    return frozenset(one for one in shutting if not administrator.all(one))


def _held(row: ServerSetting, found: _Found) -> Held | None:
    """A row as it is now; None where it cannot be read, or stands nowhere."""
    read_by: Mapping[str, Any] = {
        "global": _global, "server": _server, "class": _class, "domain": _domain,
        "mailbox": _nowhere,
    }  # fmt: skip
    now: Held | None = read_by[row.scope](row, found)
    return now


def _nowhere(_row: ServerSetting, _found: _Found) -> None:
    """Of a mailbox: whose it is, the caller knows."""


def _global(row: ServerSetting, found: _Found) -> Held | None:
    if row.attribute in found.denied or not found.config:
        return None
    own = found.config.get(row.attribute, ())
    place = Place("config", "", "", own)
    common = found.config.get(row.common, ()) if row.common else ()
    return Held(row, (place,), own, _source(row, own), common=common)


def _class(row: ServerSetting, found: _Found) -> Held | None:
    cos = found.cos
    if cos is None or row.attribute in cos.denied:
        return None
    own = cos.all(row.attribute)
    return Held(row, (Place("cos", cos.id, cos.name, own),), own, _source(row, own))


def _source(row: ServerSetting, own: Values) -> Source:
    if row.kind.same(own, row.default):
        return "default"
    return _OWN[row.scope] if own else "unset"


def _server(row: ServerSetting, found: _Found) -> Held | None:
    if not found.servers or any(row.attribute in one.denied for one in found.servers):
        return None
    places = tuple(
        Place("server", one.id, one.name, one.all(row.attribute)) for one in found.servers
    )
    inherited = found.config.get(row.attribute, ())
    in_force = [one.own or inherited for one in places]
    own = any(one.own for one in places)
    source: Source = "server" if own else "global" if inherited else "default"
    differs = any(not row.kind.same(one, in_force[0]) for one in in_force)
    return Held(row, places, in_force[0], source, differs=differs)


def _domain(row: ServerSetting, found: _Found) -> Held | None:
    if row.attribute in found.domain.denied or row.attribute in found.inherited.denied:
        return None
    own, inherited = found.domain.all(row.attribute), found.inherited.all(row.attribute)
    place = Place("domain", found.domain.id, found.domain.name, own)
    source: Source = "domain" if own else "global" if inherited else "default"
    return Held(row, (place,), own or inherited, source)
