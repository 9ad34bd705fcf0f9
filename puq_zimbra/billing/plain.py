"""The host ``plain``: our own words as JSON, for every platform without a module here.

Source: the schema is `puq_zimbra.request.Request`; ``describe`` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from puq_zimbra import validation
from puq_zimbra.config import WhmcsSettings
from puq_zimbra.errors import Invalid
from puq_zimbra.registry.hook import Hook
from puq_zimbra.registry.host import Host
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request


def read(event: str, hook: Hook, params: Mapping[str, Any], settings: WhmcsSettings) -> Request:
    """The request as sent.

    Raises:
        Invalid: names the key.
    """
    request = validate(params)
    same_event(request.event, event)
    return request


def host_port(params: object) -> str:
    """Host and port of the Zimbra, not validated yet; "" if the request names none."""
    server = params.get("server") if isinstance(params, Mapping) else None
    url = str(server.get("url") or "") if isinstance(server, Mapping) else ""
    return url.partition("://")[2].partition("/")[0].lower()


def locale(params: object) -> str:
    """The reader's language, not validated yet."""
    said = params.get("locale") if isinstance(params, Mapping) else None
    return said if isinstance(said, str) and said.isprintable() and len(said) <= 35 else "en"


def same_event(said: object, event: str) -> None:
    """Refuse a request that names another event than it was sent to.

    Raises:
        Invalid: it names another.
    """
    if said not in (None, event):
        raise Invalid("The call was made for another event than %(event)s.", event=event)


def validate(given: Mapping[str, Any]) -> Request:
    """Validate a request in our own words.

    Raises:
        Invalid: names the key, and for an unknown one the nearest known.
    """
    try:
        return Request.model_validate(given)
    except ValidationError as error:
        raise Invalid("%(problem)s", problem=validation.sentence(error, Request)) from error


def answer(event: str, reply: Reply, message: str, reference: str) -> dict[str, Any]:
    """The reply as an object; keys without a value are left out."""
    given: dict[str, Any] = {
        "ok": reply.ok,
        "code": reply.code,
        "message": message,
        "reference": reference,
        "retryable": reply.retryable,
    }
    if data := {**reply.data, **reply.once}:
        given["data"] = data
    if reply.html is not None:
        given["html"] = reply.html
    return given


HOST = Host(read=read, answer=answer, locale=locale, host_port=host_port, is_plain=True)
