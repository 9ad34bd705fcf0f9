"""Bytes to request and back: SOAP 1.1, SOAP 1.2 and JSON, recognised from the body alone.

Source: `SoapServlet`, `SoapEngine.dispatch`, `SoapProtocol`, `Element.parseXML`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, jsonwire
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.faults import Fault

SOAP11 = "1.1"
SOAP12 = "1.2"
JSON = "js"

NAMESPACES = {
    "http://schemas.xmlsoap.org/soap/envelope/": SOAP11,
    "http://www.w3.org/2003/05/soap-envelope": SOAP12,
}
_ENVELOPES = {version: space for space, version in NAMESPACES.items()}
CONTENT_TYPES = {
    SOAP11: "text/xml; charset=utf-8",
    SOAP12: "text/xml; charset=utf-8",
    JSON: "text/javascript; charset=utf-8",
}
_CHARACTER = re.compile(rb"&#(x[0-9a-fA-F]+|[0-9]+);")


@dataclass(frozen=True)
class Request:
    """A readable envelope."""

    #: SOAP11, SOAP12 or JSON.
    protocol: str
    #: The header's ``context`` element, if there is one.
    context: Element | None
    #: The command.
    command: Element


class Unreadable(Exception):
    """No command could be read; holds the fault and the protocol to answer in."""

    def __init__(self, fault: Fault, protocol: str) -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.protocol = protocol


def read(data: bytes) -> Request:
    """Read a body.

    Raises:
        Unreadable: it is no envelope with a command.
    """
    if not data:
        raise Unreadable(faults.parse_error("parse error: empty request payload"), SOAP12)
    # Whatever does not begin with "<" counts as JSON, also after a blank or a byte order mark.
    if data[:1] == b"<":
        return _read_xml(data)
    try:
        root = jsonwire.read(data)
    except Fault as fault:
        raise Unreadable(fault, JSON) from None
    return _unpack(root, JSON)


def _read_xml(data: bytes) -> Request:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(_CHARACTER.sub(_legal, data), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable(faults.parse_error("Document parse failed"), _likely(data)) from None
    if b"<!DOCTYPE" in data[: data.find(b"Envelope")]:
        raise Unreadable(faults.parse_error("Document parse failed"), _likely(data))
    protocol = NAMESPACES.get(el.namespace(root)) if el.local(root) == "Envelope" else None
    if protocol is None:
        raise Unreadable(faults.invalid("unable to determine SOAP version"), SOAP12)
    _drop_mixed(root)
    return _unpack(root, protocol)


def _likely(data: bytes) -> str:
    """Protocol of a body that cannot be parsed, from the namespace in its text."""
    try:
        return SOAP11 if _ENVELOPES[SOAP11] in data.decode() else SOAP12
    except UnicodeError:
        return SOAP12


def _legal(match: re.Match[bytes]) -> bytes:
    digits = match[1]
    code = int(digits[1:], 16) if digits[:1] == b"x" else int(digits)
    return match[0] if code >= 0x20 or code in (9, 10, 13) else b""


def _drop_mixed(root: Element) -> None:
    """Drop the children of elements that also hold text, as Zimbra's parser does."""
    for each in root.iter():
        if len(each) and any(part.strip() for part in (each.text or "", *map(_tail, each))):
            words = (each.text or "") + "".join(map(_tail, each))
            attributes = {str(key): str(value) for key, value in each.attrib.items()}
            tail = each.tail
            each.clear()
            each.tail = tail
            each.text = words
            for key, value in attributes.items():
                each.set(key, value)


def _tail(each: Element) -> str:
    return each.tail or ""


def _unpack(root: Element, protocol: str) -> Request:
    header = el.child(root, "Header")
    context = el.child(header, "context") if header is not None else None
    body = el.child(root, "Body")
    command = next(iter(body), None) if body is not None else None
    if command is None:
        raise Unreadable(faults.invalid("No SOAP body"), protocol)
    return Request(protocol, context, command)


def write(protocol: str, header: Element | None, body: Element) -> bytes:
    """Pack a response or a fault into an envelope."""
    if protocol == JSON:
        return jsonwire.write(header, body)
    space = _ENVELOPES[protocol]
    envelope = etree.Element(f"{{{space}}}Envelope", nsmap={"soap": space})
    if header is not None:
        etree.SubElement(envelope, f"{{{space}}}Header").append(header)
    etree.SubElement(envelope, f"{{{space}}}Body").append(body)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=False)


def header(parts: Iterable[Element] = ()) -> Element:
    """A response's ``context`` element."""
    made = etree.Element(f"{{{el.ZIMBRA}}}context", nsmap=el.plain(el.ZIMBRA))
    made.extend(list(parts))
    return made


def fault_element(protocol: str, fault: Fault, trace: str) -> Element:
    """A fault in the words of the protocol (`SoapProtocol.soapFault`)."""
    version = SOAP12 if protocol == JSON else protocol
    space = _ENVELOPES[version]
    made = etree.Element(f"{{{space}}}Fault", nsmap={"soap": space})
    if version == SOAP12:
        code = etree.SubElement(made, f"{{{space}}}Code")
        etree.SubElement(code, f"{{{space}}}Value").text = f"soap:{fault.side}"
        reason = etree.SubElement(made, f"{{{space}}}Reason")
        etree.SubElement(reason, f"{{{space}}}Text").text = el.printable(fault.text)
        detail = etree.SubElement(made, f"{{{space}}}Detail")
    else:
        side = {"Sender": "Client", "Receiver": "Server"}[fault.side]
        etree.SubElement(made, "faultcode").text = f"soap:{side}"
        etree.SubElement(made, "faultstring").text = el.printable(fault.text)
        detail = etree.SubElement(made, "detail")
    error = etree.SubElement(detail, f"{{{el.ZIMBRA}}}Error", nsmap=el.plain(el.ZIMBRA))
    el.add(error, "Code", content=fault.code)
    el.add(error, "Trace", content=trace)
    for argument in fault.arguments:
        el.add(error, "a", {"n": argument.name, "t": argument.type}, argument.value)
    return made
