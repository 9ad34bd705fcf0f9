"""The account at the service's address: the administrator's, or the mailbox sold by itself.

Source: `service/admin/GetAccount.java` (an alias finds its account).
"""

from __future__ import annotations

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict, Invalid, NoSuchAccount, NotFound
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.units import mail_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

ATTRIBUTES = (
    "displayName",
    "zimbraAccountStatus",
    "zimbraMailHost",
    "zimbraIsAdminAccount",
    "zimbraIsDelegatedAdminAccount",
    "zimbraAdminConsoleUIComponents",
    "zimbraDomainAdminMaxMailQuota",
    "zimbraPasswordModifiedTime",
    "zimbraAccountCalendarUserType",
    "zimbraCOSId",
    "zimbraMailQuota",
    "zimbraCreateTimestamp",
    KINDS["account"].words,
)


def find(zimbra: Zimbra, call: Call) -> Entry | None:
    """The account, whoever owns it, or None on Zimbra's word that there is none.

    Raises:
        Conflict: the address is an alias, a resource's or a global administrator's.
    """
    try:
        account = zimbra.get_account(call.address, "name", ATTRIBUTES)
    except NoSuchAccount:
        return None
    local, _, domain = account.name.rpartition("@")
    if f"{local}@{mail_domain(domain)}" != call.address:
        raise Conflict(
            "The address %(address)s is an alias of %(account)s.",
            address=call.shown_address,
            account=account.name,
        )
    if _is_untouchable(account):
        raise Conflict(
            "The address %(address)s is a global administrator's or a resource's: it is not"
            " touched.",
            address=call.shown_address,
        )
    return account


def _is_untouchable(account: Entry) -> bool:
    """Whether it is a global administrator, or a room or a piece of equipment."""
    resource = account.one("zimbraAccountCalendarUserType") == "RESOURCE"
    return resource or account.one("zimbraIsAdminAccount") == "TRUE"


def get(zimbra: Zimbra, call: Call) -> Entry:
    """The account.

    Raises:
        NotFound: there is none.
        Conflict: the address is an alias, a resource's or a global administrator's.
    """
    account = find(zimbra, call)
    if account is None:
        raise NotFound(
            "The mailbox %(address)s does not exist in Zimbra.", address=call.shown_address
        )
    return account


def password_of(call: Call) -> str:
    """The account's password as ordered.

    Raises:
        Invalid: the call holds none.
    """
    if call.sold.admin.password is None:
        raise Invalid("%(key)s is missing.", key="service.admin.password")
    return call.sold.admin.password.get_secret_value()
