"""Edit a mailbox: read, write the difference, read back.

Source: `service/admin/{ModifyAccount,RenameAccount}.java`; recorded renames of a genuine server
(lists, identities and grants follow; no alias of the old address is left).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, AddressExists, Conflict
from puq_zimbra.provisioning.entries import address_of, domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import limits, scope, tiers
from puq_zimbra.units import may_be_made, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

ATTRIBUTES = (
    "displayName",
    "zimbraMailQuota",
    "zimbraHideInGal",
    "zimbraAccountStatus",
    "zimbraCOSId",
)


def values_of(account: Entry) -> dict[str, Any]:
    """The form's values as the mailbox has them now."""
    quota = account.one("zimbraMailQuota") or ""
    return {
        "name": address_of(account).rpartition("@")[0],
        "display_name": account.one("displayName") or "",
        "limit": int(quota) if quota.isascii() and quota.isdigit() and int(quota) else None,
        "hidden": account.one("zimbraHideInGal") == "TRUE",
        "tier": account.one("zimbraCOSId") or "",
    }


def apply(
    zimbra: Zimbra,
    request: Request,
    identity: str,
    values: Mapping[str, Any],
    left: Callable[[Entry], int | None] = lambda _: None,
) -> tuple[str, bool]:
    """Make a mailbox what the values say; its address, and whether anything was written.

    ``left`` says how many bytes are left to give out of the service whose object it is given, what
    the mailbox has now not among them.

    Raises:
        FieldErrors: names the field.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)
    domain = scope.domain(zimbra, request, stamped, domain_of(account))
    held = values_of(account)["limit"]
    if values["limit"] != held:
        more = left(stamped)
        most = None if more is None else more + (held or 0)
        limits.require_quota(request, domain, values["limit"], most)
    now = values_of(account)["tier"]
    tier = tiers.require(zimbra, domain, values["tier"], now or tiers.default_of(domain))
    values = {**values, "tier": tier or now}
    renamed = _rename(zimbra, account, values["name"])
    changes = _difference(account, values)
    if changes:
        zimbra.modify_account(account.id, changes)
    fresh = zimbra.get_account(account.id, "id", ATTRIBUTES)
    if _difference(fresh, values) or values_of(fresh)["name"] != values["name"]:
        raise Conflict("Zimbra did not keep the changes of %(name)s.", name=fresh.name)
    return shown_address(fresh.name), renamed or bool(changes)


def apply_part(zimbra: Zimbra, request: Request, identity: str, part: Mapping[str, Any]) -> str:
    """Give some of the values anew, and leave the others as they are; the mailbox's address.

    Raises:
        FieldErrors: names the field.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)
    return apply(zimbra, request, identity, {**values_of(account), **part})[0]


def _rename(zimbra: Zimbra, account: Entry, name: str) -> bool:
    if values_of(account)["name"] == name:
        return False
    if not may_be_made(name):
        raise wrong("name", N_("This address cannot be used."))
    try:
        zimbra.rename_account(account.id, f"{name}@{domain_of(account)}")
    except AddressExists as error:
        raise wrong(
            "name", N_("This address is taken: by a mailbox, an alias or a list.")
        ) from error
    return True


def _difference(account: Entry, values: Mapping[str, Any]) -> dict[str, str]:
    now = values_of(account)
    wanted = {
        "displayName": ("display_name", values["display_name"] or ""),
        "zimbraMailQuota": ("limit", str(values["limit"]) if values["limit"] else ""),
        "zimbraHideInGal": ("hidden", "TRUE" if values["hidden"] else ""),
        "zimbraCOSId": ("tier", values["tier"]),
    }
    return {
        attribute: text
        for attribute, (key, text) in wanted.items()
        if (now[key] or None) != (values[key] or None)
    }
