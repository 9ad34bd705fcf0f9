"""The host ``plain``: our own words as JSON, for every platform without a module here.

Source: the schema is `puq_zimbra.model.Call`; ``describe`` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from puq_zimbra import problems
from puq_zimbra.call import Call
from puq_zimbra.errors import Invalid
from puq_zimbra.model import Reply

EVENTS: Mapping[str, str] = {
    name: name
    for name in (
        "create",
        "suspend",
        "unsuspend",
        "terminate",
        "restore",
        "adopt",
        "plan",
        "drift",
        "repair",
        "change_package",
        "change_password",
        "renew",
        "usage",
        "sso_service",
        "sso_admin",
        "list_services",
        "list_classes",
        "client_area",
        "client_action",
        "test_connection",
        "describe",
    )
}


def read(event: str, params: Mapping[str, Any], default_installation: str) -> Call:
    """The call as given.

    Raises:
        Invalid: names the key.
    """
    call = validate(params)
    same_event(call.event, event)
    return call


def place(params: object) -> str:
    """What tells the Zimbra of a call from others, though nothing is checked yet; "" if nothing."""
    server = params.get("server") if isinstance(params, Mapping) else None
    url = str(server.get("url") or "") if isinstance(server, Mapping) else ""
    return url.partition("://")[2].partition("/")[0].lower()


def same_event(said: object, event: str) -> None:
    """See that a call which says its event came in for that one.

    Raises:
        Invalid: it was meant for another.
    """
    if said not in (None, event):
        raise Invalid("The call was made for another event than %(event)s.", event=event)


def validate(given: Mapping[str, Any]) -> Call:
    """Check a call in our own words.

    Raises:
        Invalid: names the key, and for an unknown one the nearest known.
    """
    try:
        return Call.model_validate(given)
    except ValidationError as error:
        raise Invalid("%(problem)s", problem=problems.sentence(error, Call)) from error


def answer(event: str, reply: Reply, message: str, reference: str) -> dict[str, Any]:
    """The reply as an object; keys without a value are left out."""
    given: dict[str, Any] = {
        "ok": reply.ok,
        "code": reply.code,
        "message": message,
        "reference": reference,
        "retryable": reply.retryable,
    }
    if reply.data:
        given["data"] = dict(reply.data)
    if reply.html is not None:
        given["html"] = reply.html
    return given
