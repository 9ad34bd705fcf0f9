"""Read requests and build responses as Zimbra's `Element` does.

Almost every scalar may come as an attribute or as a child element of the same name; children are
found by local name, whatever their namespace. Source: `com.zimbra.common.soap.Element`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from lxml import etree

from puq_zimbra.simulator import faults

Element = etree._Element

ADMIN = "urn:zimbraAdmin"
ACCOUNT = "urn:zimbraAccount"
MAIL = "urn:zimbraMail"
ZIMBRA = "urn:zimbra"


def local(element: Element) -> str:
    """Name without namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """Namespace, empty when there is none."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def children(element: Element, name: str) -> Iterator[Element]:
    """All children of a local name, in order."""
    return (child for child in element if local(child) == name)


def child(element: Element, name: str) -> Element | None:
    """First child of a local name."""
    return next(children(element, name), None)


def required_child(element: Element, name: str) -> Element:
    """First child of a local name; INVALID_REQUEST without one."""
    found = child(element, name)
    if found is None:
        raise faults.invalid(f"missing required element: {name}")
    return found


def text(element: Element) -> str:
    """Text as it was sent, outer blanks included; nothing but blanks is no text."""
    sent = element.text or ""
    return sent if sent.strip() else ""


def optional(element: Element, name: str) -> str | None:
    """An attribute's value or the text of a child of that name (`Element.getAttribute`)."""
    value = element.get(name)
    if value is None:
        found = child(element, name)
        value = None if found is None else text(found)
    return value


def child_first(element: Element, name: str) -> str | None:
    """As `optional`, but the child wins (requests that Zimbra unmarshals with JAXB)."""
    found = child(element, name)
    return element.get(name) if found is None else text(found)


def required(element: Element, name: str) -> str:
    """A value that must be there."""
    value = optional(element, name)
    if value is None:
        raise faults.invalid(f"missing required attribute: {name}")
    return value


def flag(element: Element, name: str, default: bool = False) -> bool:
    """A boolean: 1, 0, true or false, in any case."""
    value = optional(element, name)
    if value is None:
        return default
    if value.lower() in ("1", "true"):
        return True
    if value.lower() in ("0", "false"):
        return False
    raise faults.invalid(f"invalid boolean value '{value}' for attribute: {name}")


def mild_flag(element: Element, name: str, default: bool = False) -> bool:
    """A boolean of a request that Zimbra unmarshals with JAXB: any other word is no answer."""
    value = (optional(element, name) or "").lower()
    return value in ("1", "true") if value in ("0", "1", "true", "false") else default


def number(element: Element, name: str, default: int) -> int:
    """A whole number."""
    value = optional(element, name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise faults.invalid(f"invalid long value '{value}' for attribute: {name}") from None


def pairs(element: Element, *, jaxb: bool = False) -> list[tuple[str, str]]:
    """The ``<a n="name">value</a>`` children (`AdminService.getAttrs`)."""
    found: list[tuple[str, str]] = []
    for each in children(element, "a"):
        name = optional(each, "n")
        if name is None:
            if jaxb:
                raise faults.null_pointer("String.length()", '"name" is null')
            raise faults.invalid("missing required attribute: n")
        if not name:
            raise faults.Fault("account.INVALID_ATTR_NAME", "empty attr name found")
        found.append((name, text(each)))
    return found


def plain(space: str) -> dict[str, str]:
    """Namespace map that makes a namespace the default one."""
    made: dict[str | None, str] = {None: space}
    return cast("dict[str, str]", made)  # the stubs know no default namespace


def response(request: Element) -> Element:
    """The empty response to a request: same namespace, ``Request`` becomes ``Response``."""
    name = local(request)
    stem = name[: -len("Request")] if name.endswith("Request") else name
    space = namespace(request)
    return etree.Element(f"{{{space}}}{stem}Response", nsmap=plain(space))


def add(
    parent: Element,
    name: str,
    attributes: Mapping[str, str] | None = None,
    content: str | None = None,
) -> Element:
    """Append a child in the parent's namespace."""
    made = etree.SubElement(parent, f"{{{namespace(parent)}}}{name}", dict(attributes or {}))
    if content is not None:
        made.text = printable(content)
    return made


def add_values(parent: Element, values: Mapping[str, Iterable[str]]) -> None:
    """Append ``<a n="name">value</a>`` for every value of every name."""
    tag = f"{{{namespace(parent)}}}a"
    for name, each in values.items():
        for value in each:
            etree.SubElement(parent, tag, {"n": name}).text = printable(value)


def printable(value: str) -> str:
    """Leave out the characters that XML 1.0 cannot carry."""
    if value.isprintable():
        return value
    return "".join(c for c in value if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))


def bit(value: bool) -> str:
    """A boolean as XML answers write it."""
    return "1" if value else "0"
