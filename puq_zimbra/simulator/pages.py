"""The few things a browser or a SOAP tool may fetch: landing pages, errors, the WSDL."""

from __future__ import annotations

import re
from importlib import resources

from lxml import etree

from puq_zimbra.simulator.dispatch import check_token
from puq_zimbra.simulator.faults import Fault
from puq_zimbra.simulator.state import State

#: where the WSDL is kept: the client's folder, as there is one for both
_DESCRIPTION = resources.files("puq_zimbra.zimbra")
_FILE = re.compile(r"[A-Za-z]+\.(wsdl|xsd)")
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
#: Carbonio's WSDL binds SOAP 1.2 and has a namespace of its own (`WsdlGenerator`).
_CARBONIO = {
    _SOAP: "http://schemas.xmlsoap.org/wsdl/soap12/",
    "http://www.zimbra.com/wsdl/ZimbraService.wsdl": (
        "https://www.zextras.com/wsdl/ZimbraService.wsdl"
    ),
}


def landing(state: State, token: str | None, port_kind: str) -> bytes:
    """Say in one line who is logged in."""
    found = state.tokens.read(token) if token else None
    try:
        who = check_token(state, found).name if found else None
    except Fault:
        who = None
    place = "administration console" if port_kind == "admin" else "webmail"
    line = (
        f"Simulated Zimbra {place}: logged in as {who}."
        if who
        else (f"Simulated Zimbra {place}: nobody is logged in.")
    )
    return _page("Simulated Zimbra", ("p", line))


def error(status: int, message: str, path: str) -> bytes:
    """An error as the servlet container shows it."""
    parts = (("URI:", path), ("STATUS:", str(status)), ("MESSAGE:", message))
    return _page(
        f"Error {status} {message}",
        ("h2", f"HTTP ERROR {status} {message}"),
        *(("p", f"{name} {value}") for name, value in parts),
    )


def _page(title: str, *body: tuple[str, str]) -> bytes:
    page = etree.Element("html")
    etree.SubElement(etree.SubElement(page, "head"), "title").text = title
    inner = etree.SubElement(page, "body")
    for tag, text in body:
        etree.SubElement(inner, tag).text = text
    return etree.tostring(page, method="html", encoding="utf-8")


def wsdl(name: str, address: str, flavour: str) -> bytes | None:
    """One of the WSDL files, with the address of this server in it."""
    if not _FILE.fullmatch(name):
        return None
    source = _DESCRIPTION.joinpath(name)
    if not source.is_file():
        return None
    text = source.read_text("utf-8")
    changed = _CARBONIO if flavour == "carbonio" else {}
    for namespace, other in changed.items():
        text = text.replace(f'"{namespace}"', f'"{other}"')
    root = etree.fromstring(text.encode())
    for each in root.iter(f"{{{changed.get(_SOAP, _SOAP)}}}address"):
        each.set("location", address)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
