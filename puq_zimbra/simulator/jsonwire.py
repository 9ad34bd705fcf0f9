"""JSON bodies: into the elements the handlers read, and back.

Attributes are properties, children are arrays, text is ``_content``, a namespace is ``_jsns``.
Source: `com.zimbra.common.soap.Element.JSONElement`.
"""

from __future__ import annotations

import json
from typing import Any

from lxml import etree

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.wordlist import words

#: Children that the server declares unique: an object instead of an array.
UNIQUE = frozenset(
    {"change", "context", "Fault", "Code", "Reason", "Detail", "Error", "Text", "Value", "Trace"}
)
#: Children that are plain properties (`Disposition.CONTENT`).
CONTENT = words(
    """lifetime name id version crumb rest used prevSession accessed recent message csrfToken
    soapURL publicURL adminDelegated isTrackingIMAP code"""
)
#: Attributes that are numbers or truth values in Java and so in JSON.
NUMBERS = words("searchTotal num total limit used token s mbxid offset t totalSize numMboxes")
TRUTHS = words("more isExternal dynamic healthy allow deny canDelegate subDomain pd c isDefaultCos")


def read(data: bytes) -> Element:
    """Turn a JSON body into an ``Envelope`` element; PARSE_ERROR when it is none."""
    try:
        source = data.decode("utf-8", "replace")
    except UnicodeError:  # pragma: no cover - "replace" never raises
        source = ""
    first = source.lstrip()[:1]
    if first != "{":
        raise faults.parse_error(f"parse error: expected character: {{ found:{first}: {source}")
    try:
        value = json.loads(source)
    except ValueError:
        raise faults.parse_error(f"parse error: unexpected end of JSON input: {source}") from None
    root = etree.Element("Envelope")
    _fill(root, value, "")
    return root


def _fill(parent: Element, value: dict[str, Any], space: str) -> None:
    for key, each in value.items():
        if key == "_jsns":
            continue
        if key == "_content":
            parent.text = el.printable(_scalar(each))
        elif key == "_attrs":
            for name, one in each.items():
                for item in one if isinstance(one, list) else [one]:
                    made = etree.SubElement(parent, _tag("a", space), {"n": name})
                    made.text = el.printable(_scalar(item))
        elif isinstance(each, dict | list):
            for item in each if isinstance(each, list) else [each]:
                _child(parent, key, item, space)
        elif each is not None:
            _property(parent, key, _scalar(each))


def _child(parent: Element, key: str, item: Any, space: str) -> None:
    inner = item.get("_jsns", space) if isinstance(item, dict) else space
    made = etree.SubElement(parent, _tag(key, inner))
    if isinstance(item, dict):
        _fill(made, item, inner)
    elif item is not None:
        made.text = el.printable(_scalar(item))


def _property(parent: Element, key: str, value: str) -> None:
    try:
        parent.set(key, el.printable(value))
    except ValueError:
        raise faults.parse_error(f"parse error: invalid name: {key}") from None


def _tag(name: str, space: str) -> str:
    return f"{{{space}}}{name}" if space else name


def _scalar(value: Any) -> str:
    """Text of a value; of an object it is its content's, of an array its first item's."""
    if isinstance(value, dict):
        return _scalar(value.get("_content", ""))
    if isinstance(value, list):
        return _scalar(value[0]) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def write(header: Element | None, body: Element) -> bytes:
    """Turn a response into a JSON envelope."""
    root: dict[str, Any] = {}
    if header is not None:
        root["Header"] = {"context": _object(header, declare=True)}
    name = el.local(body)
    root["Body"] = {name: _object(body, declare=name != "Fault")}
    root["_jsns"] = "urn:zimbraSoap"
    return json.dumps(root, ensure_ascii=False, separators=(",", ":")).encode()


def _object(source: Element, *, declare: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in source.attrib.items():
        result[str(key)] = _typed(str(key), str(value))
    for each in source:
        name = el.local(each)
        space_differs = el.namespace(each) != el.namespace(source) and name != "Fault"
        if name in CONTENT and len(each) == 0 and not each.attrib:
            text = el.text(each)
            result[name] = int(text) if name in ("lifetime", "used") else text
        elif name in UNIQUE and el.local(source) != "BatchResponse":
            plain = len(each) == 0 and not each.attrib
            result[name] = el.text(each) if plain else _object(each, declare=name == "Error")
        else:
            result.setdefault(name, []).append(_object(each, declare=space_differs))
    if source.text and len(source) == 0:
        result["_content"] = source.text
    if declare:
        result["_jsns"] = el.namespace(source)
    return result


def _typed(key: str, value: str) -> Any:
    if key in TRUTHS and value in ("0", "1"):
        return value == "1"
    if key in NUMBERS and value.lstrip("-").isdigit():
        return int(value)
    return value
