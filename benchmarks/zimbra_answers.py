"""Zimbra's answers as it writes them, in SOAP 1.1, SOAP 1.2 and JSON, for the replaying server.

Source: recorded answers of a genuine Zimbra 10.1; `soap/Element.java` (XML and JSON forms).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from lxml import etree
from mailboxes import COS, Mailboxes

Form: TypeAlias = Literal["1.1", "1.2", "js"]

_ENVELOPES: Mapping[str, str] = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
_ADMIN, _ACCOUNT, _ZIMBRA = "urn:zimbraAdmin", "urn:zimbraAccount", "urn:zimbra"
#: the one admin session: what a real one would hold is rendered beforehand anyway
SESSION = "310007"


@dataclass(frozen=True)
class Asked:
    """A request."""

    #: Zimbra's name without "Request"
    command: str
    arguments: Mapping[str, str]
    form: Form
    #: None = none wanted, "" = a new one
    session: str | None

    @property
    def name(self) -> str:
        """The command, with what is searched for."""
        kinds = self.arguments.get("types", "")
        return f"{self.command} {kinds}".strip()


@dataclass
class Element:
    """An element of an answer; all of its text is plain ASCII that needs no escaping."""

    name: str
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)
    children: Iterable[Element] = ()
    text: str | None = None

    def xml(self, namespace: str = "") -> str:
        """The element in XML."""
        parts = [f"<{self.name}"]
        for key, value in self.attributes.items():
            parts.append(f' {key}="{int(value) if isinstance(value, bool) else value}"')
        parts.append(f' xmlns="{namespace}">' if namespace else ">")
        parts += [child.xml() for child in self.children]
        if self.text is None and parts[-1] == ">":
            parts[-1] = "/>"
            return "".join(parts)
        return "".join((*parts, self.text or "", f"</{self.name}>"))

    def json(self, namespace: str = "") -> dict[str, Any]:
        """The element as Zimbra puts it in JSON: children are lists."""
        shape: dict[str, Any] = dict(self.attributes)
        for child in self.children:
            shape.setdefault(child.name, []).append(child.json())
        if self.text is not None:
            shape["_content"] = self.text
        return {**shape, "_jsns": namespace} if namespace else shape


def read(body: bytes) -> Asked:
    """Read a request."""
    if body[:1] == b"{":
        return _read_json(json.loads(body))
    root = etree.fromstring(body)
    context = root.find(f".//{{{_ZIMBRA}}}context")
    request = next(root.iter("{*}Body"))[0]
    shape = context.find(f"{{{_ZIMBRA}}}format") if context is not None else None
    session = context.find(f"{{{_ZIMBRA}}}session") if context is not None else None
    version: Form = "1.1" if etree.QName(root).namespace == _ENVELOPES["1.1"] else "1.2"
    return Asked(
        etree.QName(request).localname.removesuffix("Request"),
        {str(key): str(value) for key, value in request.attrib.items()},
        "js" if shape is not None and shape.get("type") == "js" else version,
        None if session is None else session.get("id") or session.text or "",
    )


def _read_json(document: dict[str, Any]) -> Asked:
    ((name, arguments),) = document["Body"].items()
    given = {key: str(value) for key, value in arguments.items() if not isinstance(value, dict)}
    return Asked(name.removesuffix("Request"), given, "js", None)


def write(asked: Asked, data: Mailboxes) -> bytes:
    """The answer to a request, as a server that holds these accounts gives it.

    Raises:
        KeyError: nothing like it is replayed.
    """
    response = _RESPONSES[asked.command](asked.arguments, data)
    namespace = _ACCOUNT if asked.command == "EndSession" else _ADMIN
    held = () if asked.session is None else (Element("session", {"id": SESSION}, text=SESSION),)
    if asked.form == "js":
        context: dict[str, Any] = {one.name: one.json() for one in held}
        document = {
            "Header": {"context": {**context, "_jsns": _ZIMBRA}},
            "Body": {response.name: response.json(namespace)},
            "_jsns": "urn:zimbraSoap",
        }
        return json.dumps(document, separators=(",", ":")).encode()
    header = Element("context", children=held).xml(_ZIMBRA)
    return (
        f'<soap:Envelope xmlns:soap="{_ENVELOPES[asked.form]}"><soap:Header>{header}</soap:Header>'
        f"<soap:Body>{response.xml(namespace)}</soap:Body></soap:Envelope>"
    ).encode()


def refusal(code: str) -> bytes:
    """A fault."""
    return (
        f'<soap:Envelope xmlns:soap="{_ENVELOPES["1.1"]}"><soap:Body><soap:Fault>'
        f"<faultcode>soap:Client</faultcode><faultstring>{code}</faultstring><detail>"
        f'<Error xmlns="{_ZIMBRA}"><Code>{code}</Code></Error></detail>'
        "</soap:Fault></soap:Body></soap:Envelope>"
    ).encode()


def _auth(_: Mapping[str, str], data: Mailboxes) -> Element:
    token = f"0_{'ab' * 20}_{data.server:04}_replayed"
    return Element(
        "AuthResponse",
        children=(Element("lifetime", text="43200000"), Element("authToken", text=token)),
    )


def _administrator(_: Mapping[str, str], data: Mailboxes) -> Element:
    account = _entry("account", "admin@bench.example", data.identity("admin", 0))
    account.children = _values({"zimbraIsAdminAccount": "TRUE"})
    return Element("GetAccountResponse", children=(account,))


def _servers(_: Mapping[str, str], data: Mailboxes) -> Element:
    name = f"mail-{data.server:02}.bench.example"
    return Element(
        "GetAllServersResponse", children=(_entry("server", name, data.identity("server", 0)),)
    )


def _classes(_: Mapping[str, str], __: Mailboxes) -> Element:
    return Element(
        "GetAllCosResponse",
        children=[_entry("cos", name, identity) for name, identity in COS.items()],
    )


def _quota_usage(given: Mapping[str, str], data: Mailboxes) -> Element:
    offset, end = _page(given, data.count)
    return Element(
        "GetQuotaUsageResponse",
        {"searchTotal": data.count, "more": end < data.count},
        [
            Element("account", {"name": a.name, "limit": a.limit, "id": a.id, "used": a.used})
            for a in map(data.account, range(offset, end))
        ],
    )


def _aggregate(_: Mapping[str, str], data: Mailboxes) -> Element:
    domains = []
    for number in range(data.domains):
        name = data.domain(number)
        domain = _entry("domain", name, data.identity("domain", number))
        domain.attributes = {**domain.attributes, "used": data.sums[name][1]}
        domains.append(domain)
    return Element("ComputeAggregateQuotaUsageResponse", children=domains)


def _search(given: Mapping[str, str], data: Mailboxes) -> Element:
    attributes = given.get("attrs", "").split(",")
    kinds, query = given.get("types", "").split(","), given.get("query", "")
    found: list[Element] = []
    total = offset = end = 0
    if kinds == ["domains"]:
        total = data.domains
        offset, end = _page(given, total)
        found = [_domain(data, number, attributes) for number in range(offset, end)]
    elif "zimbraForeignPrincipal=" not in query:  # no mailbox is sold by itself
        total = data.count
        offset, end = _page(given, total)
        found = [_account(data, number, attributes) for number in range(offset, end)]
    marks = {"searchTotal": total, "more": end < total, "num": end - offset}
    return Element("SearchDirectoryResponse", marks, found)


def _domain(data: Mailboxes, number: int, attributes: list[str]) -> Element:
    entry = _entry("domain", data.domain(number), data.identity("domain", number))
    held = {
        "zimbraDomainName": data.domain(number),
        "zimbraDomainStatus": "active",
        "zimbraDomainType": "local",
        "zimbraForeignName": data.stamp(number),
        "zimbraDomainAggregateQuota": str(1 << 50),
    }
    entry.children = _values({key: held[key] for key in attributes if key in held})
    return entry


def _account(data: Mailboxes, number: int, attributes: list[str]) -> Element:
    account = data.account(number)
    entry = _entry("account", account.name, account.id)
    entry.attributes = {**entry.attributes, "isExternal": False}
    held = account.attributes
    entry.children = _values({key: held[key] for key in attributes if key in held})
    return entry


def _entry(kind: str, name: str, identity: str) -> Element:
    return Element(kind, {"name": name, "id": identity})


def _values(attributes: Mapping[str, str]) -> list[Element]:
    return [Element("a", {"n": name}, text=value) for name, value in attributes.items()]


def _page(given: Mapping[str, str], total: int) -> tuple[int, int]:
    offset = min(int(given.get("offset", 0)), total)
    limit = int(given.get("limit", 0)) or total
    return offset, min(total, offset + limit)


_RESPONSES = {
    "Auth": _auth,
    "EndSession": lambda _, __: Element("EndSessionResponse"),
    "GetAccount": _administrator,
    "GetAllServers": _servers,
    "GetAllCos": _classes,
    "GetQuotaUsage": _quota_usage,
    "ComputeAggregateQuotaUsage": _aggregate,
    "SearchDirectory": _search,
}
