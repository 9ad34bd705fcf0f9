"""Write SOAP requests with zeep, from our own WSDL.

The WSDL has only the requests that we send, so a misspelt argument is refused before anything is
sent. zeep never reads an answer: it is too strict with a server newer than the schema, or too lax.

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
from puq_zimbra.zimbra.context import Context

if TYPE_CHECKING:
    from zeep.wsdl.definitions import Binding

#: attribute -> value or values; "" deletes; a leading + or - adds or removes one value
Attributes = Mapping[str, str | Sequence[str]]

_WSDL = Path(__file__).with_name("ZimbraAdminService.wsdl")


#: held while the schema is loaded, so that one thread loads it and the others wait
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


def envelope(context: Context) -> bytes:
    """The envelope of a request."""
    header: dict[str, Any] = {"userAgent": {"name": "puq_zimbra", "version": __version__}}
    if context.token:
        header["authToken"] = context.token
    if context.session is None:
        header["nosession"] = ""
    else:
        header["session"] = {"id": context.session or None, "_value_1": context.session}
    if context.account:
        header["account"] = selector("id", context.account)
    if context.target_server:
        header["targetServer"] = context.target_server
    if context.listing:
        header["format"] = {"type": "js"}
    name = context.request.name
    operation = _binding().get(name[0].lower() + name[1:] + "Request")
    # Not Client.create_message: it cannot pass on an argument named "service".
    message = operation.create(_soapheaders={"context": header}, **context.arguments)
    written: bytes = etree.tostring(message.content, encoding="utf-8")
    return written


def command(name: str, arguments: Mapping[str, Any]) -> etree._Element:
    """A request as it stands in a batch: without an envelope of its own."""
    operation = _binding().get(name[0].lower() + name[1:] + "Request")
    message = operation.create(**arguments)
    body = next(one for one in message.content if etree.QName(one).localname == "Body")
    found: etree._Element = body[0]
    return found


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
