"""What each WHMCS function returns, as a JSON value.

Core functions want the literal ``success``, anything else is shown as the error. WHMCS breaks on a
wrong type, so every shape holds for refusals too.

Source: WHMCS developer documentation, "Core Module Functions", "Single Sign-On", "Usage Update",
"Usage Billing", "Service Sync", "Client Area Output".
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.billing.whmcs_options import DEFAULT_PORT, OPTIONS
from puq_zimbra.billing.whmcs_words import in_whmcs_words
from puq_zimbra.errors import N_, filled_in, shown
from puq_zimbra.reply import Reply


def answer(event: str, reply: Reply, message: str, reference: str) -> Any:
    """What the WHMCS function returns."""
    shape = _SHAPES.get(event, _success)
    message = in_whmcs_words(message)
    return shape(reply, message if reply.ok else f"{message} ({reference})")


def _success(reply: Reply, message: str) -> Any:
    return "success" if reply.ok else message


def _create(reply: Reply, message: str) -> Any:
    # After a success WHMCS shows the service as Active, which a suspended one is not.
    is_active = reply.data.get("state", "active") == "active"
    return "success" if reply.ok and is_active else message


def _test_connection(reply: Reply, message: str) -> Any:
    told = {"success": reply.ok, "error": "" if reply.ok else message}
    # WHMCS shows nothing of a success: the PHP side writes it into the activity log.
    return told if reply.data.get("same_version", True) else {**told, "notice": message}


#: keys of which the customer typed the value himself
_TYPED = ("service.domain", "service.mailbox")
#: codes that say nothing of the order: the engine, or Zimbra, cannot be asked
_AWAY = frozenset({"unavailable", "misconfigured", "busy", "pending"})


def _check_order(reply: Reply, message: str) -> Any:
    """What the customer can put right; else what staff must look at, and whether it stops him."""
    if reply.ok:
        return {"errors": []}
    typed = filled_in(reply.message, reply.values).startswith(_TYPED)
    if reply.code == "refused" or (reply.code == "invalid" and typed):
        return {"errors": [message.rpartition(" (")[0]]}
    return {"errors": [], "staff": message, "blocked": reply.code not in _AWAY}


def _news(reply: Reply, message: str) -> Any:
    return dict(reply.data) if reply.ok else {"error": message}


def _welcome(reply: Reply, message: str) -> Any:
    """Merge fields for mail templates: flat texts, all of them there whatever is sold."""
    if not reply.ok:
        return {"error": message}
    data = reply.data
    hosts: dict[str, str] = data["mail_hosts"]
    fields = {
        "domain": data["domain"],
        "address": data.get("admin_address") or data.get("address", ""),
        "webmail": data["webmail_url"],
        "admin_panel": data.get("admin_url", ""),
        "mx": ", ".join(data["mail_exchangers"]),
        **hosts,
    }
    return {f"zimbra_{key}": value for key, value in fields.items()}


def _sso(reply: Reply, message: str) -> Any:
    if not reply.ok:
        return {"success": False, "errorMsg": message}
    return {"success": True, "redirectTo": reply.data["url"]}


#: the most that tblhosting's columns hold; a larger value would keep all rows from being written
_MOST_MB = 2**31 - 1


def _device_profile(reply: Reply, message: str) -> Any:
    return dict(reply.data) if reply.ok else {"error": message}


def _usage(reply: Reply, message: str) -> Any:
    if not reply.ok:
        return message
    sizes = ("disk_used_mb", "disk_limit_mb")
    return [
        {key: min(value, _MOST_MB) if key in sizes else value for key, value in row.items()}
        for row in reply.data["rows"]
    ]


def _metrics(reply: Reply, message: str) -> Any:
    usage = dict(reply.data.get("metrics", {})) if reply.ok else None
    rows = reply.data.get("rows", []) if reply.ok else []
    services = {row["username"] or row["domain"]: row["service_id"] for row in rows}
    error = "" if reply.ok else message
    names = enumerate(reply.data.get("classes", ()), 1)
    classes = {f"cos_{slot}": name for slot, name in names}
    return {
        "metrics": METRICS,
        "classes": classes,
        "usage": usage,
        "services": services,
        "error": error,
    }


def _list_accounts(reply: Reply, message: str) -> Any:
    # WHMCS's Server Sync terminates what a list leaves out, so an incomplete list is an error.
    if not reply.ok or not reply.data.get("complete"):
        return {"success": False, "error": message}
    accounts = [
        {
            "service_id": one["service_id"],  # the PHP side looks up how WHMCS writes the name
            "uniqueIdentifier": one["mailbox"] or one["domain"],
            "domain": one["domain"],
            "username": one["mailbox"],
            "email": "",
            "status": "Suspended" if one["suspended"] else "Active",
            "created": one["created"],
            "product": one["cos"],
            "primaryip": "",
        }
        for one in reply.data["services"]
    ]
    return {"success": True, "accounts": accounts}


def _classes(reply: Reply, message: str) -> Any:
    if not reply.ok:
        return {"success": False, "error": message}
    return {"success": True, "options": {name: name for name in reply.data["classes"]}}


def _check(reply: Reply, message: str) -> Any:
    """Success if nothing differs; else the differences in one sentence, which WHMCS shows."""
    changes = reply.data.get("changes", ())
    if not reply.ok or not changes:
        return _success(reply, message)
    items = "; ".join(f"{one['item']} ({one['object']})" for one in changes)
    return f"{message} {shown(items)}"


def _client_area(reply: Reply, message: str) -> Any:
    return {
        "tabOverviewModuleOutputTemplate": "templates/clientarea.tpl",
        "templateVariables": {"puqFragment": reply.html or ""},
    }


def _form(reply: Reply, message: str) -> Any:
    """Where a form leads; a text if it leads nowhere, as that of a module of before."""
    if reply.html is None and not reply.data.keys() & {"page", "errors"}:
        return _success(reply, message)
    told = {"ok": reply.ok, "message": message}
    more = {
        "next": reply.data.get("next"),
        # A link that opens something elsewhere, such as the webmail, works once and is told once.
        "opens": reply.once.get("next"),
        "html": reply.html,
        "errors": reply.data.get("errors"),
    }
    return told | {key: value for key, value in more.items() if value is not None}


def _admin_fields(reply: Reply, message: str) -> Any:
    return dict(reply.data.get("fields", {})) if reply.ok else {"Zimbra": message}


def _meta_data(reply: Reply, message: str) -> Any:
    return {
        "DisplayName": "PUQ Zimbra",
        "APIVersion": "1.1",
        "RequiresServer": True,
        "DefaultSSLPort": str(DEFAULT_PORT),
        "ServiceSingleSignOnLabel": "Webmail",
        "AdminSingleSignOnLabel": "Zimbra",
        "ListAccountsUniqueIdentifierDisplayName": "Domain",
        "ListAccountsUniqueIdentifierField": "domain",
        "ListAccountsProductField": "configoption2",
    }


def _config_options(reply: Reply, message: str) -> Any:
    return {option.name: option.field() for option in OPTIONS}


#: the mailboxes of a class of service, whose name the PHP side knows once figures have come
_OF_CLASS = N_("Mailboxes, class %(name)s")
#: WHMCS bills these; the list must be given without a server
METRICS = [
    {"systemName": name, "displayName": shown, "type": "snapshot", "unit": unit, **more}
    for name, shown, unit, more in (
        ("mailboxes", N_("Mailboxes"), "Accounts", {}),
        *(
            (f"cos_{slot}", _OF_CLASS % {"name": slot}, "Accounts", {"pattern": _OF_CLASS})
            for slot in range(1, 6)
        ),
        ("storage_gb", N_("Storage"), "GigaBytes", {}),
        ("aliases", N_("Aliases"), "Aliases", {}),
        ("distribution_lists", N_("Distribution lists"), "Lists", {}),
        ("domain_aliases", N_("Domain aliases"), "Domains", {}),
        ("resources", N_("Rooms and equipment"), "Accounts", {}),
    )
]

_SHAPES = {
    "CreateAccount": _create,
    "UsageUpdate": _usage,
    "MetricProvider": _metrics,
    "TestConnection": _test_connection,
    "ServiceSingleSignOn": _sso,
    "AdminSingleSignOn": _sso,
    "DeviceProfile": _device_profile,
    "CheckOrder": _check_order,
    "News": _news,
    "Welcome": _welcome,
    "ListAccounts": _list_accounts,
    "LoadClassesOfService": _classes,
    "Check": _check,
    "ClientArea": _client_area,
    "ClientAction": _form,
    "AdminServicesTabFields": _admin_fields,
    "MetaData": _meta_data,
    "ConfigOptions": _config_options,
}
