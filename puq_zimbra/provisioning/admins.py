"""The customer's administrator: a mailbox that may run its own domain in Zimbra's admin panel.

Source: `service/admin/{CreateAccount,GrantRight}.java`; zimbra-rights-adminconsole-domainadmin.xml
(domainAdminConsoleRights), zimbra-rights-domainadmin.xml (domainAdminRights).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from puq_zimbra.errors import (
    AddressExists,
    Conflict,
    LimitReached,
    NoSuchAccount,
    PasswordRefused,
    Refused,
    RequestRefused,
)
from puq_zimbra.provisioning import accounts, changes, domains, passwords
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import domain_named, domain_of, shown_name
from puq_zimbra.request import Plan, Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.rights import Grant

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

    It is a guide only. The domain's zimbraMailDomainQuota is the limit; he cannot change it.
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


def find(zimbra: Zimbra, request: Request, domain: Entry) -> list[Entry]:
    """The accounts that may be the customer's administrator, under whatever address now.

    The account that has the ordered address, if it runs a domain; else all accounts in the domain
    that hold his rights. An account in another domain never counts.
    """
    account = accounts.at(zimbra, request.address)
    if account is not None and is_delegated(account) and _may_be(account, domain):
        return [account]
    return running(zimbra, domain)


def running(zimbra: Zimbra, domain: Entry) -> list[Entry]:
    """The accounts in a domain that hold the rights of its administrator."""
    grants = zimbra.get_grants(domain.id)
    inside = {
        one.grantee_id
        for one in grants
        if one.grantee_type == "usr" and domain_named(one.grantee_name) == domain_of(domain)
    }
    found = []
    for identity, rights in _by_holder(grants).items():
        if identity in inside and set(RIGHTS) <= rights:
            with suppress(NoSuchAccount):  # deleted meanwhile
                found.append(zimbra.get_account(identity, "id", accounts.ATTRIBUTES))
    return [one for one in found if _may_be(one, domain)]


def get(zimbra: Zimbra, request: Request, domain: Entry) -> Entry:
    """The customer's administrator, or the mailbox of the ordered address where there is none.

    Raises:
        NotFound: there is neither.
        Conflict: several hold his rights, or no customer may have the address's account.
    """
    found = find(zimbra, request, domain)
    if len(found) > 1:
        raise Conflict(
            "%(address)s does not run the domain, but several mailboxes do: %(names)s. Name the"
            " administrator in the service's settings.",
            address=request.shown_address,
            names=", ".join(sorted(shown_name(one) for one in found)),
        )
    return found[0] if found else accounts.get(zimbra, request)


def that_may_be_entered(zimbra: Zimbra, request: Request, domain: Entry) -> list[Entry]:
    """Every account that a single sign-on opens, or opened before the order named another one."""
    named = accounts.at(zimbra, request.address)
    found = [one for one in [named] if one is not None and _may_be(one, domain)]
    return found + [one for one in running(zimbra, domain) if one.id not in {o.id for o in found}]


def _may_be(account: Entry, domain: Entry) -> bool:
    return domain_of(account) == domain_of(domain) and not accounts.is_untouchable(account)


def is_complete(zimbra: Zimbra, request: Request, domain: Entry) -> bool:
    """Whether a finished service has its administrator, with his rights.

    A renamed administrator counts. So does a mailbox that the customer made under the address: the
    customer set its password.
    """
    found = find(zimbra, request, domain)
    holders = holders_of(zimbra, domain)
    if found:
        return any(set(RIGHTS) <= holders.get(one.id, set()) for one in found)
    if any(set(RIGHTS) <= rights for rights in holders.values()):
        return True
    return accounts.find(zimbra, request) is not None


def ensured(zimbra: Zimbra, request: Request, domain: Entry, *, unfinished: bool) -> Steps[Entry]:
    """Make the administrator's mailbox and rights what was ordered.

    While the creation is marked as ``unfinished`` the host sets the password too: the account may
    have been made by a call whose answer was lost, before its password was stored.

    Raises:
        Refused: the password breaks the policy, or the domain's limit is reached.
        Conflict: another object holds the address.
    """
    account = accounts.find(zimbra, request) if domain.id else None
    is_told = account is None or unfinished
    if account is None:
        account = yield from _made(zimbra, request)
    elif unfinished:
        yield from _completed(request, account)
    held = holders_of(zimbra, domain).get(account.id, set()) if domain.id else set()
    missing = [right for right in RIGHTS if right not in held]
    yield from changes.grants(domain, account, missing, joined=is_told)
    return account


def holders_of(zimbra: Zimbra, domain: Entry) -> dict[str, set[str]]:
    """The rights that accounts hold on a domain, by the account's id."""
    return _by_holder(zimbra.get_grants(domain.id))


def _by_holder(grants: Iterable[Grant]) -> dict[str, set[str]]:
    holders: dict[str, set[str]] = {}
    for grant in grants:
        if not grant.deny:
            holders.setdefault(grant.grantee_id, set()).add(grant.right)
    return holders


def _made(zimbra: Zimbra, request: Request) -> Steps[Entry]:
    attrs: dict[str, str | tuple[str, ...]] = {
        **settings_of(request.purchase.plan),
        "zimbraAdminConsoleUIComponents": PANEL,
    }
    if request.purchase.admin.display_name:
        attrs["displayName"] = request.purchase.admin.display_name
    password = accounts.password_of(request)
    try:
        return (yield changes.create("account", request.address, attrs, password))
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    except RequestRefused as error:
        if error.zimbra_code != "ldap.ENTRY_NOT_FOUND":
            raise
        # CreateDomain writes several entries, not all at once: one of them is missing.
        raise Conflict(
            "Zimbra made the domain %(domain)s only by half: terminate the service and create it"
            " again.",
            domain=request.shown_domain,
        ) from error
    except LimitReached as error:
        raise Refused(
            "The domain holds as many mailboxes as the plan allows: the administrator's cannot be"
            " made."
        ) from error
    except AddressExists as error:
        # The same order sent twice at once, or a list or alias that the customer made.
        account = accounts.find(zimbra, request)
        if account is None:
            raise Conflict(
                "The address %(address)s is held by something that is not a mailbox.",
                address=request.shown_address,
            ) from error
        yield from _completed(request, account)
        return account


def _completed(request: Request, account: Entry) -> Steps[None]:
    """Bring an account that an unfinished creation left behind to what was ordered."""
    wanted: Mapping[str, str] = settings_of(request.purchase.plan)
    missing: dict[str, str | tuple[str, ...]] = dict(domains.difference(account, wanted))
    if set(account.all("zimbraAdminConsoleUIComponents")) != set(PANEL):
        missing["zimbraAdminConsoleUIComponents"] = PANEL
    if missing:
        yield changes.modify(account, missing)
    password = accounts.password_of(request)
    yield changes.set_password(account, password, joined=bool(missing))
