"""The host ``whmcs``: a provisioning module's ``$params`` in, what its functions return out.

The PHP side has whitelisted the keys and decoded the HTML entities, exactly once. Sizes are
megabytes (2^20) on both ways, 0 or blank is unlimited.

Source: WHMCS developer documentation, "Provisioning Modules" (Module Parameters, Core Module
Functions, Config Options, Single Sign-On, Usage Update, Service Sync).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from puq_zimbra.billing import plain
from puq_zimbra.billing.whmcs_options import OPTIONS
from puq_zimbra.call import Call
from puq_zimbra.errors import Invalid
from puq_zimbra.model import Reply
from puq_zimbra.units import MB

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
}
_LANGUAGES = {"polish": "pl", "english": "en"}
_DEFAULT_PORT = 7071


def read(event: str, params: Mapping[str, Any], default_installation: str) -> Call:
    """The call that ``$params`` stands for.

    Raises:
        Invalid: names the field as WHMCS's administrator knows it.
    """
    ours = params.get("_puq")
    extra = ours if isinstance(ours, Mapping) else {}
    clients = params.get("clientsdetails")
    language = str(clients.get("language", "")) if isinstance(clients, Mapping) else ""
    given: dict[str, Any] = {
        "installation": extra.get("installation") or default_installation,
        "locale": extra.get("locale") or _LANGUAGES.get(language.lower(), "en"),
        "mode": "embedded",
    }
    for key in ("request_id", "assets_url", "form", "page", "target", "dry_run", "time_zone"):
        if key in extra:
            given[key] = extra[key]
    if extra.get("billing"):
        given["billing"] = extra["billing"]
    server = _server(params)
    if server:
        given["server"] = server
    if event not in _SERVER_ONLY and str(params.get("serviceid") or ""):
        given["service"] = _service(params)
    if params.get("suspendreason"):
        given["reason"] = str(params["suspendreason"])
    if event == "ChangePassword" and params.get("password"):
        given["new_password"] = str(params["password"])
    return plain.validate(given)


def _server(params: Mapping[str, Any]) -> dict[str, Any]:
    host = str(params.get("serverhostname") or params.get("serverip") or "").strip()
    if not host:
        return {}
    access = _access_hash(str(params.get("serveraccesshash") or ""))
    port = str(params.get("serverport") or _DEFAULT_PORT)
    server: dict[str, Any] = {"url": f"https://{host}:{port}/service/admin/soap", "hostname": host}
    for ours, theirs in (("username", "serverusername"), ("password", "serverpassword")):
        if params.get(theirs):
            server[ours] = str(params[theirs])
    if params.get("serverip"):
        server["ip"] = str(params["serverip"])
    server.update({k: access[k] for k in ("webmail_url", "admin_url") if k in access})
    if "webmail_url" in access:
        server["hostname"] = urlsplit(access["webmail_url"][:2048]).hostname or host
    trust = {k: access[k] for k in ("ca_file", "fingerprint") if k in access}
    if trust:
        server["tls"] = trust
    return server


def _access_hash(text: str) -> dict[str, Any]:
    """The lines ``key=value`` of the server's Access Hash field."""
    known: dict[str, Any] = {}
    for line in text.splitlines():
        key, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
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


def _service(params: Mapping[str, Any]) -> dict[str, Any]:
    plan: dict[str, Any] = {}
    terminate: dict[str, Any] = {}
    admin: dict[str, Any] = {}
    model = "domain"
    for option in OPTIONS:
        value = _chosen(params, option.position, option.name)
        if value == "":
            continue
        if option.kind == "count":
            number = _number(value, option.name)
            if option.key == "grace_days":
                terminate["grace_days"] = number
            elif number:
                plan[option.key] = number
        elif option.kind == "megabytes":
            plan[option.key] = _number(value, option.name) * MB
        elif option.key == "model":
            model = value
        elif option.key == "terminate_mode":
            terminate["mode"] = value
        elif option.key == "admin_name":
            admin["name"] = value
        else:
            plan[option.key] = value
    if terminate:
        plan["terminate"] = terminate
    if params.get("password"):
        admin["password"] = str(params["password"])
    service: dict[str, Any] = {
        "id": str(params["serviceid"]),
        "model": model,
        "plan": plan,
        "admin": admin,
    }
    if str(params.get("domain") or "").strip():
        service["domain"] = str(params["domain"]).strip()
    if params.get("userid"):
        service["customer_id"] = str(params["userid"])
    return service


def _chosen(params: Mapping[str, Any], position: int, name: str) -> str:
    """A product setting; a configurable option of the same name, which the customer buys, wins."""
    bought = params.get("configoptions")
    if isinstance(bought, Mapping) and bought.get(name) not in (None, ""):
        return str(bought[name]).strip()
    value = params.get(f"configoption{position}")
    return "" if value is None else str(value).strip()


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Invalid("The product setting %(name)s is not a whole number.", name=name)
    return int(text)


def answer(event: str, reply: Reply, message: str, reference: str) -> Any:
    """What the WHMCS function returns."""
    shape = _SHAPES.get(event, _success)
    return shape(reply, message if reply.ok else f"{message} ({reference})")


def _success(reply: Reply, message: str) -> Any:
    return "success" if reply.ok else message


def _test_connection(reply: Reply, message: str) -> Any:
    return {"success": reply.ok, "error": "" if reply.ok else message}


def _sso(reply: Reply, message: str) -> Any:
    if not reply.ok:
        return {"success": False, "errorMsg": message}
    return {"success": True, "redirectTo": reply.data["url"]}


def _usage(reply: Reply, message: str) -> Any:
    return list(reply.data["rows"]) if reply.ok else message


def _metrics(reply: Reply, message: str) -> Any:
    usage = dict(reply.data.get("metrics", {})) if reply.ok else None
    return {"metrics": METRICS, "usage": usage, "error": "" if reply.ok else message}


def _list_accounts(reply: Reply, message: str) -> Any:
    # WHMCS's Server Sync terminates what a list leaves out: a list that is not whole is an error.
    if not reply.ok or not reply.data.get("complete"):
        return {"success": False, "error": message}
    accounts = [
        {
            "uniqueIdentifier": one["domain"],
            "domain": one["domain"],
            "username": "",
            "email": "",
            "status": "Suspended" if one["suspended"] else "Active",
            "created": one["created"],
            "product": one["cos"],
            "primaryip": "",
        }
        for one in reply.data["services"]
    ]
    return {"success": True, "accounts": accounts}


def _client_area(reply: Reply, message: str) -> Any:
    return {
        "tabOverviewModuleOutputTemplate": "templates/clientarea.tpl",
        "templateVariables": {"puqFragment": reply.html or ""},
    }


def _admin_fields(reply: Reply, message: str) -> Any:
    return dict(reply.data.get("fields", {})) if reply.ok else {"Zimbra": message}


def _meta_data(reply: Reply, message: str) -> Any:
    return {
        "DisplayName": "PUQ Zimbra",
        "APIVersion": "1.1",
        "RequiresServer": True,
        "DefaultSSLPort": str(_DEFAULT_PORT),
        "ServiceSingleSignOnLabel": "Webmail",
        "AdminSingleSignOnLabel": "Zimbra",
        "ListAccountsUniqueIdentifierDisplayName": "Domain",
        "ListAccountsUniqueIdentifierField": "domain",
        "ListAccountsProductField": "configoption2",
    }


def _config_options(reply: Reply, message: str) -> Any:
    return {option.name: option.field() for option in OPTIONS}


#: WHMCS bills these; the list must be given without a server
METRICS = [
    {"systemName": "mailboxes", "displayName": "Mailboxes", "type": "snapshot", "unit": "Accounts"},
    {
        "systemName": "storage_gb",
        "displayName": "Storage",
        "type": "snapshot",
        "unit": "GigaBytes",
    },
]

_SHAPES = {
    "UsageUpdate": _usage,
    "MetricProvider": _metrics,
    "TestConnection": _test_connection,
    "ServiceSingleSignOn": _sso,
    "AdminSingleSignOn": _sso,
    "ListAccounts": _list_accounts,
    "ClientArea": _client_area,
    "AdminServicesTabFields": _admin_fields,
    "MetaData": _meta_data,
    "ConfigOptions": _config_options,
}
