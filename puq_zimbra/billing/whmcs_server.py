"""WHMCS's server record, as administrators fill it in.

Source: WHMCS documentation, "Servers" (Hostname, IP Address, Port, Access Hash); RFC 3986, section
3.2.2 (IPv6 addresses stand in brackets before a port).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from puq_zimbra import validation
from puq_zimbra.billing.whmcs_options import DEFAULT_PORT
from puq_zimbra.billing.whmcs_params import text_of
from puq_zimbra.errors import Invalid
from puq_zimbra.zimbra_server import Server

#: pasted along with a name: blanks, a byte-order mark, a zero-width blank
_BLANKS = " \t\r\n\x0b\f\u00a0\ufeff\u200b"
_HOST = re.compile(r"[^\s/:@?#\[\]%\\]{1,253}")
#: addresses of Zimbra's own pages, as a browser shows them
_PATHS = {"", "zimbraadmin", "service/admin/soap"}
_TRUST = ("ca_file", "fingerprint")
_LINES = (*_TRUST, "webmail_url", "admin_url", "mx")


def server(params: Mapping[str, Any]) -> dict[str, Any]:
    """The server in our words; nothing where the record names none.

    Raises:
        Invalid: names the field of the record.
    """
    host, port = address(params)
    if not host:
        return {}
    given: dict[str, Any] = {"url": f"https://{host}:{port}/service/admin/soap", "hostname": host}
    if username := _field(params, "serverusername"):
        given["username"] = username
    if password := text_of(params, "serverpassword"):
        given["password"] = password
    if ip := _field(params, "serverip").strip("[]"):
        given["ip"] = ip
    access = _access_hash(text_of(params, "serveraccesshash"))
    given |= {key: access[key] for key in ("webmail_url", "admin_url", "mx") if key in access}
    if "webmail_url" in access:
        given["hostname"] = urlsplit(access["webmail_url"]).hostname
    if trust := {key: access[key] for key in _TRUST if key in access}:
        given["tls"] = trust
    return given


def address(params: Mapping[str, Any]) -> tuple[str, int]:
    """Host and port of Zimbra's admin SOAP service; IPv6 in brackets, "" if the record names none.

    Raises:
        Invalid: names the field of the record.
    """
    field = "Hostname" if _field(params, "serverhostname") else "IP Address"
    typed = _field(params, "serverhostname") or _field(params, "serverip")
    if not typed:
        return "", 0
    host, in_host = _host_and_port(typed, field)
    beside = _port(_field(params, "serverport"), "Port")
    if in_host and beside and in_host != beside:
        raise Invalid(
            "%(field)s names the port %(one)s and Port %(other)s: leave it out of %(field)s.",
            field=field,
            one=in_host,
            other=beside,
        )
    return host, in_host or beside or DEFAULT_PORT


def _field(params: Mapping[str, Any], key: str) -> str:
    return text_of(params, key).strip(_BLANKS)


def _host_and_port(typed: str, field: str) -> tuple[str, int]:
    """What a field for a host holds: a name, an address, either with a port, or a web address."""
    place = typed
    if typed.lower().startswith("https://"):
        place, _, path = typed[len("https://") :].partition("/")
        if path.strip("/").lower() not in _PATHS:
            raise _no_host(field)
    if address := _ipv6(place):
        return address, 0
    host, colon, port = place.rpartition(":")
    if not colon:
        host = place
    host = _ipv6(host) if host.startswith("[") else host
    if not host or (host[0] != "[" and not _HOST.fullmatch(host)):
        raise _no_host(field)
    return host.lower(), _port(port, field) if colon else 0


def _ipv6(text: str) -> str:
    """The address in brackets; "" if it is none."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        found = ipaddress.IPv6Address(bare)
    except ValueError:
        return ""
    return "" if found.scope_id else f"[{found}]"


def _port(text: str, field: str) -> int:
    """A port; 0 = none is named."""
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536:
        return int(text)
    raise Invalid("%(field)s holds no port, such as %(port)s.", field=field, port=DEFAULT_PORT)


def _no_host(field: str) -> Invalid:
    return Invalid(
        "%(field)s holds no host name or IP address, such as mail.firma.example.", field=field
    )


def _access_hash(text: str) -> dict[str, Any]:
    """The lines ``key=value`` of the server's Access Hash field.

    Raises:
        Invalid: names the line.
    """
    known: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), 1):
        # A comment stands after a blank: an address may hold a # of its own.
        line = re.sub(r"(^|\s)[#;].*", "", line.strip(_BLANKS)).strip(_BLANKS)
        if not line:
            continue
        key, equals, value = (part.strip(_BLANKS) for part in line.partition("="))
        key, value = key.casefold(), _unquoted(value)
        if not equals or key not in _LINES:
            raise Invalid(
                "Line %(line)s of the server's Access Hash is not known: a line is one of %(known)s"
                " with = and its value, or a comment after #.",
                line=number,
                known=", ".join(("secret", *_LINES)),
            )
        held: Any = [one for one in re.split(r"[\s,;]+", value) if one] if key == "mx" else value
        _check(number, key, held)
        if key == "fingerprint":
            known.setdefault(key, []).append(value)
        else:
            known[key] = held
    return known


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


def _check(number: int, key: str, value: Any) -> None:
    given: dict[str, Any] = {"tls": {key: value}} if key in _TRUST else {key: value}
    try:
        Server.model_validate({"url": "https://mail.example", **given})
    except ValidationError as error:
        problem = validation.sentence(error, Server).removeprefix("tls.").rstrip(".")
        raise Invalid(
            "Line %(line)s of the server's Access Hash: %(problem)s.", line=number, problem=problem
        ) from error
