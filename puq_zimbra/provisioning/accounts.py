"""The account at the service's address: the administrator's, or the mailbox sold by itself.

Source: `service/admin/GetAccount.java` (an alias finds its account); zimbra-attrs.xml
(zimbraAuthMech, zimbraAuthFallbackToLocal); recorded lockouts of a genuine server.
"""

from __future__ import annotations

from contextlib import suppress

from puq_zimbra import units
from puq_zimbra.errors import Conflict, Invalid, NoSuchAccount, NotFound, Refused
from puq_zimbra.provisioning import changes
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, address_of
from puq_zimbra.request import Request
from puq_zimbra.units import shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

ATTRIBUTES = KINDS["account"].attributes


def at(zimbra: Zimbra, address: str) -> Entry | None:
    """The account that has an address, as its own or as an alias; None = there is none."""
    try:
        return zimbra.get_account(address, "name", ATTRIBUTES)
    except NoSuchAccount:
        return None


def is_there(zimbra: Zimbra, account: Entry) -> bool:
    """Whether an account is there still, whatever it is called by now."""
    with suppress(NoSuchAccount):
        zimbra.get_account(account.id, "id", ("zimbraId",))
        return True
    return False


def find(zimbra: Zimbra, request: Request) -> Entry | None:
    """The account of the call's address, whichever service has it; None = there is none.

    Raises:
        Conflict: the address is an alias, a resource's or a global administrator's.
    """
    account = at(zimbra, request.address)
    if account is not None:
        require_touchable(account, request.address)
    return account


def require_touchable(account: Entry, address: str) -> None:
    """Refuse an account under an alias, and one that no customer may be given.

    Raises:
        Conflict: the address is an alias, a resource's or a global administrator's.
    """
    if address_of(account) != address:
        raise Conflict(
            "The address %(address)s is an alias of %(account)s.",
            address=shown_address(address),
            account=account.name,
        )
    if is_untouchable(account):
        raise Conflict(
            "The address %(address)s is a global administrator's or a resource's: it is not"
            " touched.",
            address=shown_address(address),
        )


def is_untouchable(account: Entry) -> bool:
    """Whether it is a global administrator, or a room or a piece of equipment."""
    resource = account.one("zimbraAccountCalendarUserType") == "RESOURCE"
    return resource or account.one("zimbraIsAdminAccount") == "TRUE"


def require_makeable(request: Request) -> None:
    """Refuse a new address that Zimbra might not take; an existing one may have an odder name.

    Raises:
        Invalid: names the key.
    """
    if not units.may_be_made(request.address.rpartition("@")[0]):
        raise Invalid(
            "%(key)s: a new address may hold before the @ only a-z, 0-9 and . _ + - (64 at the"
            " most), beginning with a letter or digit.",
            key=request.purchase.terms.address_key,
        )


def get(zimbra: Zimbra, request: Request) -> Entry:
    """The account.

    Raises:
        NotFound: there is none.
        Conflict: the address is an alias, a resource's or a global administrator's.
    """
    account = find(zimbra, request)
    if account is None:
        raise NotFound(
            "The mailbox %(address)s does not exist in Zimbra.", address=request.shown_address
        )
    return account


def password_of(request: Request) -> str:
    """The account's password as ordered.

    Raises:
        Invalid: the call holds none.
    """
    if request.purchase.admin.password is None:
        raise Invalid("%(key)s is missing.", key="service.admin.password")
    return request.purchase.admin.password.get_secret_value()


def lockout_lifted(account: Entry) -> Steps[None]:
    """Let in a mailbox that Zimbra shut out after wrong passwords.

    That is Zimbra's own status: what staff set, or a suspension, is left as it is.
    """
    if account.one("zimbraAccountStatus") == "lockout":
        yield changes.modify(account, {"zimbraAccountStatus": "active"}, joined=True)


def require_own_password(zimbra: Zimbra, account: Entry) -> None:
    """Refuse an account whose password is not in Zimbra.

    Raises:
        Refused: the domain's are in another directory, and Zimbra never looks at its own.
    """
    name = account.name.rpartition("@")[2]
    domain = zimbra.get_domain(name, "name", ("zimbraAuthMech", "zimbraAuthFallbackToLocal"))
    kind = (domain.one("zimbraAuthMech") or "zimbra").partition(":")[0]
    if kind != "zimbra" and domain.one("zimbraAuthFallbackToLocal") != "TRUE":
        raise Refused(
            "The passwords of %(domain)s are not kept in Zimbra but in another directory"
            " (%(kind)s): change it there.",
            domain=shown_domain(name),
            kind=kind,
        )
