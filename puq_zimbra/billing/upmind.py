"""The host ``upmind``: the calls of Upmind's generic RPC provider in, its three keys out.

Upmind posts to ``BASE/create`` and so on, with a token, without an id of the call or the service.
The service's id is made here, of the customer and the domain, and comes back with each later call:
a creation that is sent twice finds the first one's service, and nobody else's.

Source: the public repository upmind/provision-provider-generic, `src/Providers/RPC`, `src/Data`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

from puq_zimbra import units
from puq_zimbra.billing import plain
from puq_zimbra.errors import Invalid, Misconfigured
from puq_zimbra.registry.hook import Hook
from puq_zimbra.registry.host import Host
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request
from puq_zimbra.upmind_settings import UpmindSettings

#: Upmind's functions; those after changePackage are called as its custom functions
_NAMES = {
    "create": "create",
    "getInfo": "get_info",
    "suspend": "suspend",
    "unsuspend": "unsuspend",
    "terminate": "terminate",
    "changePackage": "change_package",
    "changePassword": "change_password",
    "restore": "restore",
    "login": "sso_service",
}
#: what Upmind gets beside the service's name and status
_EXTRA = (
    "username", "password", "webmail_url", "admin_url", "mail_hosts", "purge_at", "usage", "url",
    "expires_at",
)  # fmt: skip
_SERVICE_ID = re.compile(r"([A-Za-z0-9._-]{1,64})/([^/]+)", re.ASCII)
_SHORT_NAME = re.compile(r"[a-z0-9._-]{1,64}", re.ASCII)


def read(event: str, hook: Hook, params: Mapping[str, Any], settings: UpmindSettings) -> Request:
    """The request that a call means.

    Raises:
        Invalid: names Upmind's field.
        Misconfigured: the settings name no Zimbra.
    """
    if settings.server is None:
        raise Misconfigured("[upmind] server names no Zimbra: add its address to the settings.")
    extra = params.get("extra") or {}
    if not isinstance(extra, Mapping):
        raise Invalid("%(key)s is not an object.", key="extra")
    customer, domain = _sold(event, params)
    digest = hashlib.sha256(domain.encode("ascii")).hexdigest()
    buys = event in ("create", "changePackage")
    admin, given = {"name": settings.administrator}, dict[str, Any]()
    if "service.admin.password" in hook.needs:
        admin["password"] = extra.get("password") or f"{secrets.token_urlsafe(15)}-1aA"
    if "new_password" in hook.needs:
        if not extra.get("password"):
            raise Invalid("%(key)s is missing.", key="extra.password")
        given["new_password"] = extra["password"]
    given["service"] = {
        "id": domain if _SHORT_NAME.fullmatch(domain) else f"d-{digest[:40]}",
        "customer_id": customer,
        "domain": domain,
        "plan": settings.plan(_text(params, "package_identifier") if buys else None),
        "admin": admin,
    }
    # Upmind's customers name their domains themselves: the engine compares the customer.
    given |= {"identity": "name", "server": {"url": settings.server}}
    return plain.validate({"installation": settings.installation, **given})


def _sold(event: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """The customer, and the domain as an A-label."""
    named = _text(params, "service_identifier")
    if event == "create":
        return _text(params, "customer_id"), _domain(named, "service_identifier")
    found = _SERVICE_ID.fullmatch(_text(params, "service_id"))
    if found is None:
        raise Invalid("service_id is none that create has answered: CUSTOMER/DOMAIN.")
    domain = _domain(found[2], "service_id")
    if named and _domain(named, "service_identifier") != domain:
        raise Invalid("service_identifier is another domain than that of service_id.")
    return found[1], domain


def _domain(text: str, key: str) -> str:
    try:
        return units.mail_domain(text)
    except ValueError as error:
        raise Invalid("%(problem)s", problem=f"{key} {error}.") from error


def _text(params: Mapping[str, Any], key: str) -> str:
    value = params.get(key)
    if value is not None and not isinstance(value, str):
        raise Invalid("%(key)s is not a text.", key=key)
    return (value or "").strip()


def about(request: Request) -> dict[str, Any]:
    """What the answer to a request repeats of it."""
    told = {"service_id": f"{request.purchase.customer_id}/{request.domain}"}
    told |= {"service_identifier": request.shown_domain, "username": request.shown_address}
    password = request.purchase.admin.password
    return told | ({"password": password.get_secret_value()} if password else {})


def answer(event: str, reply: Reply, message: str, reference: str) -> dict[str, Any]:
    """The reply as Upmind reads it: done, or not."""
    data = dict(reply.data)
    # Upon success Upmind shows what was ordered as active, which a service that is shut is not.
    if not reply.ok or (event == "create" and data.get("state", "active") != "active"):
        return {"success": False, "message": f"{message} ({reference})", "data": {}}
    if reply.code != "created":  # else the password is the one from before, which nobody knows
        data.pop("password", None)
    status = {"suspend": "suspended", "unsuspend": "active"}.get(event, data.get("state"))
    extra = {key: data[key] for key in _EXTRA if key in data}
    told = {"service_id": data.get("service_id"), "service_status": status, "extra": extra}
    told["service_identifier"] = data.get("service_identifier")
    return {"success": True, "message": message, "data": told}


HOST = Host(
    read=read,
    answer=answer,
    about=about,
    locale=lambda params: "en",
    host_port=lambda params: "upmind",  # one Zimbra for all calls, so one limit
    names=_NAMES,
    settings="upmind",
    bearer=True,
)
