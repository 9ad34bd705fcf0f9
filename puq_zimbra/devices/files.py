"""Files that Thunderbird and Outlook look for on a web server of the domain.

autoconfig/mail/config-v1.1.xml        http://autoconfig.DOMAIN/mail/config-v1.1.xml
autodiscover/autodiscover.xml          https://autodiscover.DOMAIN/autodiscover/autodiscover.xml
mta-sts/.well-known/mta-sts.txt        https://mta-sts.DOMAIN/.well-known/mta-sts.txt

One set serves every domain of a mail server: Thunderbird fills in the address, Outlook asks for it.

Source: Thunderbird "Autoconfiguration" (config file format 1.1); Microsoft [MS-OXDSCLI] 4.2
(Autodiscover of IMAP and SMTP); RFC 8461 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from puq_zimbra.devices.programs import IMAPS, POP3S, SMTPS
from puq_zimbra.dns.records import setup_of, sts_policy
from puq_zimbra.zimbra_server import Server

_POX = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
#: what Thunderbird puts the whole address in the place of
_ADDRESS = "%EMAILADDRESS%"


def all_of(server: Server) -> Mapping[str, bytes]:
    """Every file by its path."""
    files = {
        "autoconfig/mail/config-v1.1.xml": thunderbird(server.mail_host),
        "autodiscover/autodiscover.xml": outlook(server.mail_host),
    }
    setup = setup_of(server, "")
    if setup.mx:
        files["mta-sts/.well-known/mta-sts.txt"] = sts_policy(setup).encode()
    return files


def thunderbird(host: str) -> bytes:
    """The configuration that Thunderbird and others read."""
    root = ElementTree.Element("clientConfig", version="1.1")
    provider = ElementTree.SubElement(root, "emailProvider", id=host)
    _add(provider, {"domain": "%EMAILDOMAIN%", "displayName": _ADDRESS, "displayShortName": host})
    for kind, port in (("imap", IMAPS), ("pop3", POP3S)):
        _program(provider, "incomingServer", kind, host, port)
    _program(provider, "outgoingServer", "smtp", host, SMTPS)
    return _text(root)


def _program(provider: ElementTree.Element, side: str, kind: str, host: str, port: int) -> None:
    values = {
        "hostname": host,
        "port": str(port),
        "socketType": "SSL",
        "authentication": "password-cleartext",
        "username": _ADDRESS,
    }
    _add(ElementTree.SubElement(provider, side, type=kind), values)


def outlook(host: str) -> bytes:
    """The answer to Outlook's question."""
    root = ElementTree.Element("Autodiscover", xmlns=_POX)
    response = ElementTree.SubElement(root, "Response", xmlns=_OUTLOOK)
    account = ElementTree.SubElement(response, "Account")
    _add(account, {"AccountType": "email", "Action": "settings"})
    for kind, port in (("IMAP", IMAPS), ("POP3", POP3S), ("SMTP", SMTPS)):
        values = {
            "Type": kind,
            "Server": host,
            "Port": str(port),
            "DomainRequired": "off",
            "SPA": "off",
            "SSL": "on",
            "AuthRequired": "on",
        }
        _add(ElementTree.SubElement(account, "Protocol"), values)
    return _text(root)


def _add(parent: ElementTree.Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        ElementTree.SubElement(parent, name).text = value


def _text(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
