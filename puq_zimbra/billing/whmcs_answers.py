"""What each WHMCS function returns, as a JSON value.

Core functions want the literal ``success``, anything else is shown as the error. WHMCS breaks on a
wrong type, so every shape holds for refusals too.

Source: WHMCS developer documentation, "Core Module Functions", "Single Sign-On", "Usage Update",
"Usage Billing", "Service Sync", "Client Area Output".
"""

from __future__ import annotations

from typing import Any

from puq_zimbra.billing.whmcs_options import DEFAULT_PORT, OPTIONS
from puq_zimbra.errors import shown
from puq_zimbra.model import Reply


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
    rows = reply.data.get("rows", []) if reply.ok else []
    services = {row["username"] or row["domain"]: row["service_id"] for row in rows}
    error = "" if reply.ok else message
    return {"metrics": METRICS, "usage": usage, "services": services, "error": error}


def _list_accounts(reply: Reply, message: str) -> Any:
    # WHMCS's Server Sync terminates what a list leaves out: a list that is not whole is an error.
    if not reply.ok or not reply.data.get("complete"):
        return {"success": False, "error": message}
    accounts = [
        {
            "service_id": one["service_id"],  # by which the PHP side knows how WHMCS writes it
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
    """Success if nothing differs; else what does, for WHMCS shows one sentence."""
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


#: WHMCS bills these; the list must be given without a server
METRICS = [
    {"systemName": name, "displayName": shown, "type": "snapshot", "unit": unit}
    for name, shown, unit in (
        ("mailboxes", "Mailboxes", "Accounts"),
        *((f"cos_{slot}", f"Mailboxes, class {slot}", "Accounts") for slot in range(1, 6)),
        ("storage_gb", "Storage", "GigaBytes"),
        ("aliases", "Aliases", "Aliases"),
        ("distribution_lists", "Distribution lists", "Lists"),
        ("domain_aliases", "Domain aliases", "Domains"),
    )
]

_SHAPES = {
    "UsageUpdate": _usage,
    "MetricProvider": _metrics,
    "TestConnection": _test_connection,
    "ServiceSingleSignOn": _sso,
    "AdminSingleSignOn": _sso,
    "ListAccounts": _list_accounts,
    "LoadClassesOfService": _classes,
    "Check": _check,
    "ClientArea": _client_area,
    "AdminServicesTabFields": _admin_fields,
    "MetaData": _meta_data,
    "ConfigOptions": _config_options,
}
