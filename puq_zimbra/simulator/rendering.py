"""How entries stand in responses, and how requests choose attributes and entries.

Source: `ToXML`, `GetAccount`, `GetDomain`, `AdminDocumentHandler.getReqAttrs`.
"""

from __future__ import annotations

from collections.abc import Collection

from puq_zimbra.simulator import access, faults, names
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.schema import Values

_IDN = ("mail", "zimbraMailAlias", "zimbraMailDeliveryAddress", "zimbraMailCatchAllAddress")
_NOUNS = {"resource": "calendar resource", "list": "distribution list", "group": "group"}


def wanted(context: Context, request: Element, kind: str) -> tuple[str, ...] | None:
    """Attributes asked for by ``attrs``; None for all; INVALID_REQUEST for an unknown one."""
    text = el.child_first(request, "attrs")
    if text is None or text == "":
        return None
    asked = tuple(text.split(","))
    for name in asked:
        if not context.state.schema.allows(kind, name):
            raise faults.invalid(f"requested attribute {name} is not on {_NOUNS.get(kind, kind)}")
    return asked


def put(
    parent: Element,
    tag: str,
    entry: Entry,
    values: Values,
    asked: Collection[str] | None = None,
    **attributes: str,
) -> Element:
    """Append an entry with its values, or with those asked for."""
    unicode = names.unicode_domain if entry.kind == "domain" else names.unicode_address
    made = el.add(parent, tag, {**attributes, "name": unicode(entry.name), "id": entry.id})
    if asked is not None:
        values = {name: values[name] for name in values if name in asked}
    if "xn--" in entry.name:
        values = {n: _unicode(v) if n in _IDN else v for n, v in values.items()}
    el.add_values(made, values)
    return made


def _unicode(values: list[str]) -> list[str]:
    return [names.unicode_address(value) for value in values]


def account(
    context: Context, parent: Element, entry: Entry, asked: Collection[str] | None = None
) -> Element:
    """Append an account or a resource with its COS applied."""
    tag = (
        "calresource"
        if entry.kind == "resource" and "Resource" in el.local(parent)
        else ("account")
    )
    return put(parent, tag, entry, context.state.account_values(entry), asked)


def domain(
    context: Context,
    parent: Element,
    entry: Entry,
    asked: Collection[str] | None = None,
    apply_config: bool = True,
) -> Element:
    """Append a domain; its values are withheld from those who may not read it."""
    values = context.state.domain_values(entry, apply_config)
    if access.may_read_domain(context, entry):
        return put(parent, "domain", entry, values, asked)
    made = put(parent, "domain", entry, {})
    withhold(made, {n: v[:1] for n, v in values.items() if asked is None or n in asked})
    return made


def withhold(parent: Element, values: Values) -> None:
    """Append values that the caller may not read: their names only, once for each."""
    for name, each in values.items():
        for _ in each:
            el.add(parent, "a", {"pd": "1", "n": name})


def find_account(context: Context, by: str | None, value: str) -> Entry | None:
    """Account or resource by name, id or foreign principal."""
    directory = context.state.directory
    if by == "id":
        return directory.find(value.strip(), *ACCOUNT_KINDS)
    if by == "foreignPrincipal":
        hits = [
            entry
            for entry in directory.all(*ACCOUNT_KINDS)
            if value.lower() in map(str.lower, entry.attrs.get("zimbraForeignPrincipal", ()))
        ]
        if len(hits) > 1:
            raise faults.failure(
                "lookup returned multiple entries: "
                f"(&(zimbraForeignPrincipal={value})(objectClass=zimbraAccount))"
            )
        return hits[0] if hits else None
    if by not in ("name", "adminName", "appAdminName", "krb5Principal"):
        raise faults.invalid(f"unknown key: {by}")
    wanted_name = value.strip()
    if "@" not in wanted_name:
        default = context.state.config["zimbraDefaultDomainName"][0]
        return None if by == "name" else directory.at(f"{wanted_name}@{default}", *ACCOUNT_KINDS)
    return directory.at(wanted_name, *ACCOUNT_KINDS)


def selected(request: Element, name: str) -> tuple[str, str]:
    """A selector child: its ``by`` and its text."""
    selector = el.required_child(request, name)
    by = el.required(selector, "by")
    return by, el.text(selector)
