"""The host ``whmcs``: a provisioning module's ``$params`` in, what its functions return out.

The PHP side has whitelisted the keys and decoded the HTML entities, exactly once. Sizes are
megabytes (2^20) on both ways, 0 or blank is unlimited.

Source: WHMCS developer documentation, "Provisioning Modules" (Module Parameters, Core Module
Functions, Config Options, Single Sign-On, Usage Update, Service Sync).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from puq_zimbra.billing import plain
from puq_zimbra.billing.whmcs_answers import answer
from puq_zimbra.billing.whmcs_options import DEFAULT_PORT, OPTIONS, Option
from puq_zimbra.call import Call
from puq_zimbra.errors import Invalid
from puq_zimbra.units import MB

__all__ = ["EVENTS", "answer", "read"]

EVENTS: Mapping[str, str] = {
    "CreateAccount": "create",
    "SuspendAccount": "suspend",
    "UnsuspendAccount": "unsuspend",
    "TerminateAccount": "terminate",
    "ChangePackage": "change_package",
    "ChangePassword": "change_password",
    "Renew": "renew",
    "UsageUpdate": "usage",
    "MetricProvider": "usage",
    "TestConnection": "test_connection",
    "ServiceSingleSignOn": "sso_service",
    "AdminSingleSignOn": "sso_admin",
    "ListAccounts": "list_services",
    "LoadClassesOfService": "list_classes",
    "Check": "drift",
    "Repair": "repair",
    "Restore": "restore",
    "ClientArea": "client_area",
    "ClientAction": "client_action",
    "AdminServicesTabFields": "admin_fields",
    "MetaData": "describe",
    "ConfigOptions": "describe",
}

#: events that WHMCS calls with the server alone
_SERVER_ONLY = {
    "UsageUpdate",
    "MetricProvider",
    "TestConnection",
    "AdminSingleSignOn",
    "ListAccounts",
    "LoadClassesOfService",
}
_LANGUAGES = {"polish": "pl", "english": "en"}


def read(event: str, params: Mapping[str, Any], default_installation: str) -> Call:
    """The call that ``$params`` stands for.

    Only what the event needs is read, so that a wrong setting of one kind does not keep an unpaid
    service from being suspended.

    Raises:
        Invalid: names the field as WHMCS's administrator knows it.
    """
    extra = _map(params, "_puq")
    plain.same_event(extra.get("event"), event)
    language = _text(_map(params, "clientsdetails"), "language").lower()
    given: dict[str, Any] = {
        "installation": extra.get("installation") or default_installation,
        "locale": extra.get("locale") or _LANGUAGES.get(language, "en"),
        "mode": "embedded",
    }
    for key in ("request_id", "assets_url", "page", "target", "dry_run", "time_zone"):
        if key in extra:
            given[key] = extra[key]
    if form := _map(extra, "form"):
        given["form"] = dict(form)
    if billing := _map(extra, "billing"):
        given["billing"] = {key: _one_line(value) for key, value in billing.items()}
    if server := _server(params):
        given["server"] = server
    if event not in _SERVER_ONLY and _text(params, "serviceid"):
        given["service"] = _service(event, params)
    if reason := _text(params, "suspendreason"):
        given["reason"] = _one_line(reason)
    if event == "ChangePassword" and (password := _text(params, "password")):
        given["new_password"] = password
    return plain.validate(given)


def place(params: object) -> str:
    """What tells the Zimbra of a call from others, though nothing is checked yet; "" if nothing."""
    if not isinstance(params, Mapping):
        return ""
    host = str(params.get("serverhostname") or params.get("serverip") or "").strip().lower()
    return f"{host}:{params.get('serverport') or DEFAULT_PORT}" if host else ""


def _text(params: Mapping[str, Any], key: str) -> str:
    """A scalar as text; PHP and JSON turn numbers into strings and back.

    Raises:
        Invalid: it is none.
    """
    value = params.get(key)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid("The parameter %(name)s is not a text.", name=key)
    return str(value)


def _map(params: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A map; PHP writes an empty one as a list.

    Raises:
        Invalid: it is none.
    """
    value = params.get(key)
    if value is None or value == []:
        return {}
    if not isinstance(value, Mapping):
        raise Invalid("The parameter %(name)s is not a map.", name=key)
    return value


def _one_line(value: Any) -> Any:
    """Free text that people type, without line ends and other control characters."""
    if not isinstance(value, str):
        return value
    return "".join(" " if unicodedata.category(one) == "Cc" else one for one in value)


def _server(params: Mapping[str, Any]) -> dict[str, Any]:
    host = (_text(params, "serverhostname") or _text(params, "serverip")).strip()
    if not host:
        return {}
    access = _access_hash(_text(params, "serveraccesshash"))
    port = _text(params, "serverport") or DEFAULT_PORT
    server: dict[str, Any] = {"url": f"https://{host}:{port}/service/admin/soap", "hostname": host}
    for ours, theirs in (
        ("username", "serverusername"),
        ("password", "serverpassword"),
        ("ip", "serverip"),
    ):
        if value := _text(params, theirs):
            server[ours] = value
    server.update({key: access[key] for key in ("webmail_url", "admin_url") if key in access})
    if "webmail_url" in access:
        server["hostname"] = _host_of(access["webmail_url"]) or host
    trust = {key: access[key] for key in ("ca_file", "fingerprint") if key in access}
    if trust:
        server["tls"] = trust
    return server


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url[:2048]).hostname
    except ValueError:
        return None  # the schema will name it


def _access_hash(text: str) -> dict[str, Any]:
    """The lines ``key=value`` of the server's Access Hash field."""
    known: dict[str, Any] = {}
    for line in filter(str.strip, text.splitlines()):
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or key not in ("ca_file", "fingerprint", "webmail_url", "admin_url"):
            raise Invalid(
                "The server's Access Hash may hold only lines ca_file=, fingerprint=,"
                " webmail_url= and admin_url=."
            )
        if key == "fingerprint":
            known.setdefault(key, []).append(value)
        else:
            known[key] = value
    return known


#: events that need the limits of the plan, and those that need the first password
_WITH_LIMITS = {
    "CreateAccount",
    "ChangePackage",
    "ClientArea",
    "AdminServicesTabFields",
    "Check",
    "Repair",
}
_WITH_PASSWORD = {"CreateAccount"}


def _service(event: str, params: Mapping[str, Any]) -> dict[str, Any]:
    plan: dict[str, Any] = {}
    terminate: dict[str, Any] = {}
    admin: dict[str, Any] = {}
    service: dict[str, Any] = {
        "id": _text(params, "serviceid"),
        "plan": plan,
        "admin": admin,
    }
    places = {"terminate": terminate, "admin": admin, "service": service, "plan": plan}
    for option in OPTIONS:
        if option.limit and event not in _WITH_LIMITS:
            continue
        value = _chosen(params, option)
        if value is not None:
            places[option.place][option.key] = value
    if terminate:
        plan["terminate"] = terminate
    if event in _WITH_PASSWORD and (password := _text(params, "password")):
        admin["password"] = password
    if service.get("model") == "mailbox":
        service["mailbox"] = _mailbox(params)
    elif domain := _text(params, "domain").strip():
        service["domain"] = domain
    if customer := _text(params, "userid"):
        service["customer_id"] = customer
    return service


def _mailbox(params: Mapping[str, Any]) -> dict[str, str]:
    """The mailbox sold: the custom field "Mailbox", else the Username or the Domain.

    The field may hold the part before the @ alone. WHMCS fills the Username by itself with a piece
    of the domain, so it counts only as a whole address.
    """
    domain = _text(params, "domain").strip()
    chosen = _text(_map(params, "customfields"), "Mailbox").strip()
    if chosen and "@" not in chosen:
        chosen = f"{chosen}@{domain}"
    for address in (chosen, _text(params, "username").strip(), domain):
        if "@" in address:
            return {"address": address}
    raise Invalid("The service names no mailbox: give its Username as a whole address.")


def _chosen(params: Mapping[str, Any], option: Option) -> str | int | None:
    """A product setting; a configurable option of the same name, which the customer buys, wins.

    In a product 0 or blank is unlimited. A bought quantity of 0 is none: unlimited would be given
    away to whoever orders nothing.
    """
    bought = _text(_map(params, "configoptions"), option.name).strip()
    text = bought or _text(params, f"configoption{option.position}").strip()
    if text == "":
        return None
    if option.kind not in ("count", "megabytes"):
        return text
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Invalid("The product setting %(name)s is not a whole number.", name=option.name)
    number = int(text) * (MB if option.kind == "megabytes" else 1)
    if number or option.key == "grace_days":
        return number
    if bought and option.kind == "megabytes":
        raise Invalid("The bought option %(name)s is 0.", name=option.name)
    return 0 if bought else None
