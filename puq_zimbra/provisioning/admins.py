"""The customer's administrator: a mailbox that may run its own domain in Zimbra's admin panel.

Source: `service/admin/{CreateAccount,GrantRight}.java`; zimbra-rights-adminconsole-domainadmin.xml
(domainAdminConsoleRights), zimbra-rights-domainadmin.xml (domainAdminRights).
"""

from __future__ import annotations

from collections.abc import Mapping

from puq_zimbra.errors import (
    AddressExists,
    Conflict,
    LimitReached,
    NoSuchAccount,
    PasswordRefused,
    Refused,
)
from puq_zimbra.model import Call, Plan
from puq_zimbra.provisioning import domains, passwords
from puq_zimbra.units import mail_domain, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

RIGHTS = ("domainAdminRights", "domainAdminConsoleRights")
#: what the administrator sees of Zimbra's admin panel
_PANEL = (
    "accountListView",
    "aliasListView",
    "DLListView",
    "resourceListView",
    "saveSearch",
    "domainListView",
)
ATTRIBUTES = (
    "displayName",
    "zimbraAccountStatus",
    "zimbraMailHost",
    "zimbraIsAdminAccount",
    "zimbraIsDelegatedAdminAccount",
    "zimbraAdminConsoleUIComponents",
    "zimbraDomainAdminMaxMailQuota",
    "zimbraPasswordModifiedTime",
)


def address_of(call: Call) -> str:
    """The address of the service's administrator, its domain as an A-label."""
    assert call.service is not None
    return f"{call.service.admin.name}@{domains.name_of(call)}"


def find(zimbra: Zimbra, call: Call) -> Entry | None:
    """The administrator's account, or None on Zimbra's word that there is none.

    Raises:
        Conflict: the address is an alias of another account, or a global administrator's.
    """
    address = address_of(call)
    try:
        account = zimbra.get_account(address, "name", ATTRIBUTES)
    except NoSuchAccount:
        return None
    local, _, domain = account.name.rpartition("@")
    if f"{local}@{mail_domain(domain)}" != address:
        raise Conflict(
            "The address %(address)s is an alias of %(account)s.",
            address=shown_address(address),
            account=account.name,
        )
    if account.one("zimbraIsAdminAccount") == "TRUE":
        raise Conflict(
            "The mailbox %(address)s is a global administrator's: it is not touched.",
            address=shown_address(address),
        )
    return account


def settings_of(plan: Plan) -> dict[str, str]:
    """What the plan makes of the administrator's account.

    zimbraDomainAdminMaxMailQuota only guides Zimbra's admin panel (0 = any quota): what holds is
    the domain's zimbraMailDomainQuota, which he cannot change.
    """
    return {
        "zimbraIsDelegatedAdminAccount": "TRUE",
        "zimbraDomainAdminMaxMailQuota": str(plan.mailbox_quota or 0),
    }


def ensure(zimbra: Zimbra, call: Call, domain: Entry, *, unfinished: bool) -> bool:
    """Make the administrator's mailbox and rights exist; say whether anything was made.

    While the creation is ``unfinished`` the password is still the host's to set: the account may
    have been made by a call whose answer was lost, before its password was stored.

    Raises:
        Refused: the password breaks the policy, or the domain's limit is reached.
        Conflict: another object holds the address.
    """
    assert call.service is not None
    account = find(zimbra, call)
    if account is not None and not unfinished:
        return False
    if account is None:
        account = _make(zimbra, call)
    else:
        _complete(zimbra, call, account)
    held = {
        grant.right
        for grant in zimbra.get_grants(domain.id)
        if grant.grantee_id == account.id and not grant.deny
    }
    for right in RIGHTS:
        if right not in held:
            zimbra.grant_right(domain.id, account.id, right)
    return True


def password_of(call: Call) -> str:
    """The administrator's password as ordered (dispatch has seen to it that it is there)."""
    assert call.service is not None
    assert call.service.admin.password is not None
    return call.service.admin.password.get_secret_value()


def _make(zimbra: Zimbra, call: Call) -> Entry:
    assert call.service is not None
    attrs: dict[str, str | tuple[str, ...]] = {
        **settings_of(call.service.plan),
        "zimbraAdminConsoleUIComponents": _PANEL,
    }
    if call.service.admin.display_name:
        attrs["displayName"] = call.service.admin.display_name
    try:
        return zimbra.create_account(address_of(call), password_of(call), attrs)
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    except LimitReached as error:
        raise Refused(
            "The domain holds as many mailboxes as the plan allows: the administrator's cannot be"
            " made."
        ) from error
    except AddressExists as error:
        # The same order sent twice at once, or a list or alias that the customer made.
        account = find(zimbra, call)
        if account is None:
            raise Conflict(
                "The address %(address)s is held by something that is not a mailbox.",
                address=shown_address(address_of(call)),
            ) from error
        _complete(zimbra, call, account)
        return account


def _complete(zimbra: Zimbra, call: Call, account: Entry) -> None:
    """Bring an account that an unfinished creation left behind to what was ordered."""
    assert call.service is not None
    wanted: Mapping[str, str] = settings_of(call.service.plan)
    missing: dict[str, str | tuple[str, ...]] = dict(domains.difference(account, wanted))
    if set(account.all("zimbraAdminConsoleUIComponents")) != set(_PANEL):
        missing["zimbraAdminConsoleUIComponents"] = _PANEL
    if missing:
        zimbra.modify_account(account.id, missing)
    zimbra.set_password(account.id, password_of(call))
