"""Write SOAP requests with zeep, from our own WSDL.

The WSDL names only what we send, so a misspelt argument is refused before anything leaves. zeep
never reads an answer: reading is too strict with a server newer than the schema, or too lax.

Source: `ZimbraAdminService.wsdl` beside this file (document/literal, SOAP 1.1).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from puq_zimbra import __version__

if TYPE_CHECKING:
    from zeep.wsdl.definitions import Binding

#: attribute -> value or values; "" deletes; a leading + or - adds or removes one value
Attributes = Mapping[str, str | Sequence[str]]

_WSDL = Path(__file__).with_name("ZimbraAdminService.wsdl")


#: held by who loads the schema: others wait instead of loading it, too
_loading = threading.Lock()


def _binding() -> Binding:
    with _loading:
        return _loaded()


@cache
def _loaded() -> Binding:
    # zeep takes half of a hook process's start: loaded when the first request is written.
    import zeep
    from zeep.transports import Transport

    class PackageFiles(Transport):
        """Load the schema from this package and nothing from anywhere else."""

        def load(self, url: str) -> bytes:
            return (_WSDL.parent / Path(url).name).read_bytes()

    settings = zeep.Settings(strict=True, raw_response=True, forbid_external=False)
    transport = PackageFiles()  # type: ignore[no-untyped-call]  # zeep ships no annotations
    client = zeep.Client(str(_WSDL), transport=transport, settings=settings)
    return next(iter(client.wsdl.bindings.values()))


def write(
    request: str,
    arguments: Mapping[str, Any],
    *,
    token: str | None = None,
    session: str | None = None,
    target_server: str | None = None,
    json: bool = False,
) -> bytes:
    """The envelope of one request, as bytes.

    ``request`` is Zimbra's name without "Request"; ``session`` is "" to open an admin session or
    the id of one; ``json`` asks for the answer as JSON.
    """
    context: dict[str, Any] = {"userAgent": {"name": "puq_zimbra", "version": __version__}}
    if token:
        context["authToken"] = token
    if session is None:
        context["nosession"] = ""
    else:
        context["session"] = {"id": session or None, "_value_1": session}
    if target_server:
        context["targetServer"] = target_server
    if json:
        context["format"] = {"type": "js"}
    operation = _binding().get(request[0].lower() + request[1:] + "Request")
    # Not Client.create_message: it cannot pass on an argument named "service".
    message = operation.create(_soapheaders={"context": context}, **arguments)
    written: bytes = etree.tostring(message.content, encoding="utf-8")
    return written


def attributes(attrs: Attributes) -> list[dict[str, str]]:
    """The ``<a n="…">`` elements of ``attrs``, one per value.

    >>> attributes({"description": "", "+zimbraForeignName": ["x", "y"]})[1:]
    [{'n': '+zimbraForeignName', '_value_1': 'x'}, {'n': '+zimbraForeignName', '_value_1': 'y'}]
    """
    return [
        {"n": name, "_value_1": value}
        for name, values in attrs.items()
        for value in ([values] if isinstance(values, str) else values or [""])
    ]


def selector(by: str, value: str, **more: str) -> dict[str, str]:
    """An element that names an object, such as ``<domain by="name">x</domain>``."""
    return {"by": by, "_value_1": value, **more}
