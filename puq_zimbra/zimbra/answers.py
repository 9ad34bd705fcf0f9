"""Read SOAP answers with lxml: check that they fit the request, and raise faults.

An answer must be one SOAP envelope (1.1 or 1.2) in UTF-8 without a DOCTYPE, and its body must hold
exactly the response to the request. Everything else (a proxy's page, a cut document, another
namespace) is `NoAnswer`: it is unknown whether Zimbra carried out the request. A fault may come as
JSON although the request was XML.

Source: `soap/Element.java` (XML and JSON forms), `SoapFaultException`, `SoapProtocol`,
`SoapServlet` (HTTP statuses).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from puq_zimbra.errors import Fault, NoAnswer, Overloaded, fault
from puq_zimbra.zimbra.context import Context
from puq_zimbra.zimbra.transport import Answer

_ENVELOPES = {
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
}
#: HTTP statuses of answers that hold SOAP: faults come with 500, with 422 from Carbonio (24.7 on)
STATUSES = frozenset({200, 422, 500})
#: bytes that become objects in memory, such as every "<"; a page of usage has half as many. Without
#: a limit an answer of the largest size could take 60 times its size in memory
_MOST_OBJECTS = 240_000
#: attributes of one XML element
_MOST_MARKS = 100


@dataclass(frozen=True)
class Entry:
    """A directory object as Zimbra shows it."""

    #: element name: domain, account, cos, dl, calresource, alias, server
    kind: str
    id: str
    name: str
    #: attribute -> its values
    attrs: Mapping[str, tuple[str, ...]]
    #: attributes that the administrator may not read (pd="1"): unknown, not absent
    denied: frozenset[str] = frozenset()
    #: the element's other XML attributes, such as isExternal or dynamic
    marks: Mapping[str, str] = field(default_factory=dict)

    def one(self, attribute: str) -> str | None:
        """The first value of an attribute, or None."""
        values = self.attrs.get(attribute)
        return values[0] if values else None

    def all(self, attribute: str) -> tuple[str, ...]:
        """The values of an attribute."""
        return self.attrs.get(attribute, ())


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def children(element: etree._Element) -> Iterator[etree._Element]:
    """An element's child elements."""
    return (child for child in element if isinstance(child.tag, str))


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name."""
    return next((one for one in children(element) if local(one) == name), None)


def text(element: etree._Element, name: str) -> str | None:
    """The text of a child element; None if it is absent."""
    found = child(element, name)
    return None if found is None else found.text or ""


def marks_of(element: etree._Element) -> dict[str, str]:
    """An element's XML attributes.

    Raises:
        NoAnswer: there are more than Zimbra writes; lxml's time grows with their number squared.
    """
    if len(element.attrib) > _MOST_MARKS:
        raise garbled()
    return {str(key): str(value) for key, value in element.attrib.items()}


def entry(element: etree._Element) -> Entry:
    """Read one directory object.

    Raises:
        NoAnswer: it has no id or no name.
    """
    values, denied = values_of(element)
    marks = marks_of(element)
    try:
        identity, name = marks.pop("id"), marks.pop("name")
    except KeyError as error:
        raise garbled() from error
    return Entry(local(element), identity, name, values, denied, marks)


def values_of(element: etree._Element) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The attributes below an element, and the names of those that may not be read."""
    attrs: dict[str, list[str]] = {}
    denied = set()
    for a in children(element):
        if local(a) != "a":
            continue
        name = a.get("n") or ""
        if a.get("pd") == "1":
            denied.add(name)
        else:
            attrs.setdefault(name, []).append(a.text or "")
    return {key: tuple(value) for key, value in attrs.items()}, frozenset(denied)


def entries(response: etree._Element) -> list[Entry]:
    """Read every directory object of a response, in its order."""
    return [entry(element) for element in children(response) if local(element) != "a"]


def the_entry(response: etree._Element, kind: str) -> Entry:
    """Read the one directory object of a response.

    Raises:
        NoAnswer: it is missing, or there are several.
    """
    found = [one for one in children(response) if local(one) == kind]
    if len(found) != 1:
        raise garbled()
    return entry(found[0])


def garbled() -> NoAnswer:
    """The error for an answer that is SOAP but not as Zimbra writes it."""
    return NoAnswer("Zimbra's answer cannot be understood.")


def decode(answer: Answer, context: Context) -> Any:
    """What an answer says; the answer itself where the caller wants it unread."""
    name = context.request.name
    if context.unread:
        return answer
    if context.listing is None:
        return read(answer, name, context.request.namespace)
    # Loaded for the usage collector only: msgspec would slow down every hook's start.
    from puq_zimbra.zimbra import jsonlistings

    return jsonlistings.read(answer, name, context.listing)


def read(answer: Answer, request: str, namespace: str = "urn:zimbraAdmin") -> etree._Element:
    """The response element of an answer.

    ``request`` is Zimbra's name without "Request".

    Raises:
        Fault: Zimbra refused.
        NoAnswer: it does not answer this request.
    """
    if answer.status not in STATUSES:
        raise not_soap(answer)
    if answer.body[:1] == b"{":
        document = parse_json(answer)
        read_json(document, request)  # raises when it is a fault
        raise garbled()
    body = _body(answer)
    inside = list(children(body))
    if len(inside) != 1:
        raise garbled()
    response = inside[0]
    if etree.QName(response) == etree.QName(etree.QName(body).namespace, "Fault"):
        raise xml_fault(response)
    if etree.QName(response) != etree.QName(namespace, request + "Response"):
        raise garbled()
    return response


def not_soap(answer: Answer) -> NoAnswer:
    """The error for an HTTP answer that is not SOAP."""
    if answer.status in (429, 503):
        return Overloaded("Zimbra is too busy just now (HTTP %(status)s).", status=answer.status)
    return NoAnswer(
        "The answer is not from a Zimbra admin service (HTTP %(status)s): check the server's"
        " address and port, or try later.",
        status=answer.status,
    )


def _body(answer: Answer) -> etree._Element:
    # Entities are never resolved, and a document that can declare any is refused before it is
    # parsed. The check reads bytes: the encoding is UTF-8, whatever the document declares.
    if b"<!DOCTYPE" in answer.body:
        raise not_soap(answer)
    _refuse_too_many(answer.body, b"<=")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        envelope = etree.fromstring(answer.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise not_soap(answer) from error
    name = etree.QName(envelope)
    body = next((one for one in children(envelope) if local(one) == "Body"), None)
    if name.localname != "Envelope" or name.namespace not in _ENVELOPES or body is None:
        raise not_soap(answer)
    return body


def _refuse_too_many(body: bytes, signs: bytes) -> None:
    """Refuse a document with too many objects before parsing; each of ``signs`` begins one."""
    if sum(map(body.count, signs)) > _MOST_OBJECTS:
        raise garbled()


def xml_fault(element: etree._Element) -> Fault | NoAnswer:
    """The error that a fault says."""
    error = next((one for one in element.iter("{*}Error")), None)
    code = None if error is None else text(error, "Code")
    if error is None or not code:
        return garbled()
    words = next((one.text for one in element.iter("faultstring", "{*}Text")), None)
    arguments = {a.get("n") or "": a.text or "" for a in children(error) if local(a) == "a"}
    return fault(code, words or "", arguments)


def parse_json(answer: Answer) -> dict[str, Any]:
    """The document of an answer in JSON.

    Raises:
        NoAnswer: it is not JSON of a SOAP service.
    """
    if answer.status not in STATUSES:
        raise not_soap(answer)
    _refuse_too_many(answer.body, b"{[,:")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise not_soap(answer) from error
    if not isinstance(document, dict) or not isinstance(document.get("Body"), dict):
        raise not_soap(answer)
    return document


def read_json(document: Mapping[str, Any], request: str) -> dict[str, Any]:
    """The response of a JSON document.

    Raises:
        Fault: Zimbra refused.
        NoAnswer: it is no answer to this request.
    """
    body = document["Body"]
    if "Fault" in body:
        try:
            error = body["Fault"]["Detail"]["Error"]
            reason = body["Fault"].get("Reason", {}).get("Text", "")
            arguments = {a["n"]: str(a.get("_content", "")) for a in error.get("a", [])}
            refusal = fault(str(error["Code"]), str(reason), arguments)
        except (KeyError, TypeError, AttributeError) as problem:
            raise garbled() from problem
        raise refusal
    response = body.get(request + "Response")
    if not isinstance(response, dict):
        raise garbled()
    return response
