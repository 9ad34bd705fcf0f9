"""The customer's administrator: a mailbox that may run its own domain in Zimbra's admin panel.

Source: `service/admin/{CreateAccount,GrantRight}.java`; zimbra-rights-adminconsole-domainadmin.xml
(domainAdminConsoleRights), zimbra-rights-domainadmin.xml (domainAdminRights).
"""

from __future__ import annotations

from collections.abc import Mapping

from puq_zimbra.call import Call, Plan
from puq_zimbra.errors import (
    AddressExists,
    Conflict,
    LimitReached,
    PasswordRefused,
    Refused,
    RequestRefused,
)
from puq_zimbra.provisioning import accounts, domains, passwords
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

RIGHTS = ("domainAdminRights", "domainAdminConsoleRights")
#: what the administrator sees of Zimbra's admin panel
PANEL = (
    "accountListView",
    "aliasListView",
    "DLListView",
    "resourceListView",
    "saveSearch",
    "domainListView",
)


def quota_guide(plan: Plan) -> dict[str, str]:
    """What the admin panel lets the administrator choose as a mailbox's quota; 0 = any.

    A guide only: what holds is the domain's zimbraMailDomainQuota, which he cannot change.
    """
    return {"zimbraDomainAdminMaxMailQuota": str(plan.mailbox_quota or 0)}


def is_delegated(account: Entry) -> bool:
    """Whether it runs a domain in Zimbra's eyes, and is not just a mailbox under the address."""
    return account.one("zimbraIsDelegatedAdminAccount") == "TRUE"


def guide_changes(account: Entry, plan: Plan) -> dict[str, str]:
    """What of the quota guide the administrator does not hold; none for a mere mailbox."""
    return domains.difference(account, quota_guide(plan)) if is_delegated(account) else {}


def settings_of(plan: Plan) -> dict[str, str]:
    """What the plan makes of the administrator's account."""
    return {"zimbraIsDelegatedAdminAccount": "TRUE", **quota_guide(plan)}


def is_complete(zimbra: Zimbra, call: Call, domain: Entry) -> bool:
    """Whether a finished service has its administrator, with his rights.

    One whom the customer renamed counts, and so does a mailbox that the customer made himself under
    the address: its password is his.
    """
    account = accounts.find(zimbra, call)
    holders = holders_of(zimbra, domain)
    if account is None:
        return any(set(RIGHTS) <= rights for rights in holders.values())
    return not is_delegated(account) or set(RIGHTS) <= holders.get(account.id, set())


def ensure(zimbra: Zimbra, call: Call, domain: Entry, *, unfinished: bool) -> None:
    """Make the administrator's mailbox and rights what was ordered.

    While the creation is marked as ``unfinished`` the password is the host's to set too: the
    account may have been made by a call whose answer was lost, before its password was stored.

    Raises:
        Refused: the password breaks the policy, or the domain's limit is reached.
        Conflict: another object holds the address.
    """
    account = accounts.find(zimbra, call)
    if account is None:
        account = _make(zimbra, call)
    elif unfinished:
        _complete(zimbra, call, account)
    held = holders_of(zimbra, domain).get(account.id, set())
    for right in RIGHTS:
        if right not in held:
            zimbra.grant_right(domain.id, account.id, right)


def holders_of(zimbra: Zimbra, domain: Entry) -> dict[str, set[str]]:
    """The rights that accounts hold on a domain, by the account's id."""
    holders: dict[str, set[str]] = {}
    for grant in zimbra.get_grants(domain.id):
        if not grant.deny:
            holders.setdefault(grant.grantee_id, set()).add(grant.right)
    return holders


def _make(zimbra: Zimbra, call: Call) -> Entry:
    attrs: dict[str, str | tuple[str, ...]] = {
        **settings_of(call.sold.plan),
        "zimbraAdminConsoleUIComponents": PANEL,
    }
    if call.sold.admin.display_name:
        attrs["displayName"] = call.sold.admin.display_name
    try:
        return zimbra.create_account(call.address, accounts.password_of(call), attrs)
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    except RequestRefused as error:
        if error.zimbra_code != "ldap.ENTRY_NOT_FOUND":
            raise
        # CreateDomain writes several entries, not all at once: one of them is missing.
        raise Conflict(
            "Zimbra made the domain %(domain)s only by half: terminate the service and create it"
            " again.",
            domain=call.shown_domain,
        ) from error
    except LimitReached as error:
        raise Refused(
            "The domain holds as many mailboxes as the plan allows: the administrator's cannot be"
            " made."
        ) from error
    except AddressExists as error:
        # The same order sent twice at once, or a list or alias that the customer made.
        account = accounts.find(zimbra, call)
        if account is None:
            raise Conflict(
                "The address %(address)s is held by something that is not a mailbox.",
                address=call.shown_address,
            ) from error
        _complete(zimbra, call, account)
        return account


def _complete(zimbra: Zimbra, call: Call, account: Entry) -> None:
    """Bring an account that an unfinished creation left behind to what was ordered."""
    wanted: Mapping[str, str] = settings_of(call.sold.plan)
    missing: dict[str, str | tuple[str, ...]] = dict(domains.difference(account, wanted))
    if set(account.all("zimbraAdminConsoleUIComponents")) != set(PANEL):
        missing["zimbraAdminConsoleUIComponents"] = PANEL
    if missing:
        zimbra.modify_account(account.id, missing)
    zimbra.set_password(account.id, accounts.password_of(call))
