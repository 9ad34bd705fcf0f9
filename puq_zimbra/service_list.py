"""The billing platform's list of services: read whole or refused.

CSV under a header with the columns service_id and, if it has them, installation, domain and
mailbox; or JSON: a list of ids or of objects with these keys, or
``{"complete": true, "services": [...]}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from puq_zimbra import input_files
from puq_zimbra.billing import plain
from puq_zimbra.errors import Invalid
from puq_zimbra.request import Request

_REQUIRED, _OPTIONAL = ("service_id",), ("installation", "domain", "mailbox")


@dataclass(frozen=True)
class ServiceList:
    """The services that the billing platform knows."""

    #: stamp -> the domain or the mailbox as people read it; "" = the list does not say
    services: Mapping[str, str]
    installations: frozenset[str]


def read(path: str, installation: str | None) -> ServiceList:
    """Read the billing platform's list, JSON or CSV, of one installation or of those it names.

    Without ``installation`` and with an empty list, ``installations`` is empty.

    Raises:
        Invalid: it is not whole, or a service stands twice; the message names the line.
    """
    file = input_files.read(path)
    start = file.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"[", b"{"):
        rows = _json_rows(file.name, input_files.json_of(file))
    else:
        rows = input_files.table(file, _REQUIRED, _OPTIONAL)
    services: dict[str, str] = {}
    installations = {installation} if installation else set()
    for line, row in rows:
        named = row.get("installation") or installation
        if not named or (installation and named != installation):
            raise Invalid(
                "Line %(line)s of %(file)s names no installation, or another one than"
                " --installation.",
                line=line,
                file=file.name,
            )
        stamp, name = _service(file.name, line, named, row)
        if stamp in services:
            raise Invalid(
                "Line %(line)s of %(file)s: %(stamp)s stands there twice.",
                line=line,
                file=file.name,
                stamp=stamp,
            )
        services[stamp] = name
        installations.add(named)
    return ServiceList(services, frozenset(installations))


def _service(file: str, line: int, named: str, row: Mapping[str, str]) -> tuple[str, str]:
    try:
        request = request_of(named, row)
    except Invalid as error:
        raise Invalid(
            "Line %(line)s of %(file)s: %(problem)s", line=line, file=file, problem=error
        ) from error
    has_name = request.purchase.domain is not None or request.purchase.mailbox is not None
    return request.stamp, request.shown_name if has_name else ""


def request_of(installation: str, row: Mapping[str, str]) -> Request:
    """The request that names the service of a row: its service_id and its domain or mailbox.

    Raises:
        Invalid: names the key.
    """
    service: dict[str, Any] = {"id": row["service_id"]}
    if row.get("mailbox") and row.get("domain"):
        raise Invalid("There is a domain and a mailbox: give the one that is sold.")
    if row.get("domain"):
        service["domain"] = row["domain"]
    if row.get("mailbox"):
        service |= {"model": "mailbox", "mailbox": {"address": row["mailbox"]}}
    return plain.validate({"installation": installation, "service": service})


def _json_rows(file: str, value: Any) -> list[tuple[int, dict[str, str]]]:
    """Ids, or objects with the columns of the table; a line is an element, from 1."""
    if isinstance(value, dict):
        if value.get("complete") is not True:
            raise Invalid("The list in %(file)s does not say that it is complete.", file=file)
        value = value.get("services")
    if not isinstance(value, list):
        raise Invalid("%(file)s holds no list of services.", file=file)
    rows = []
    for number, one in enumerate(value, 1):
        row = one if isinstance(one, dict) else {"service_id": one}
        if isinstance(row.get("service_id"), int) and not isinstance(row["service_id"], bool):
            row = {**row, "service_id": str(row["service_id"])}
        row = {key: text for key, text in row.items() if text is not None}
        wrong = set(row) - {*_REQUIRED, *_OPTIONAL}
        if wrong or "service_id" not in row or not all(isinstance(v, str) for v in row.values()):
            raise Invalid(
                "Element %(number)s of the list in %(file)s is not an id or an object with"
                " %(known)s.",
                number=number,
                file=file,
                known=", ".join((*_REQUIRED, *_OPTIONAL)),
            )
        rows.append((number, row))
    return rows
