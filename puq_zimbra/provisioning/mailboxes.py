"""The account of a mailbox that is sold by itself: check its owner, hold it to the plan, make it.

Source: `service/admin/{Create,Modify}Account.java`; zimbra-attrs.xml (zimbraMailQuota: absent = the
class of service's, 0 = no limit).
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.errors import (
    AddressExists,
    Conflict,
    LimitReached,
    NotFound,
    NotOurs,
    PasswordRefused,
    Refused,
)
from puq_zimbra.provisioning import accounts, changes, domains, ownership, passwords
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, Changes, domain_of
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_WORDS = KINDS["account"].words


def is_ours(zimbra: Zimbra, account: Entry, request: Request) -> bool:
    """Whether an account bears the call's stamp, in a domain in which that counts."""
    if not ownership.bears(account, request):
        return False
    domain = domains.find(zimbra, domain_of(account))
    if domain is None:
        return False
    ownership.require_visible(domain)
    return not ownership.stamps(domain)


def require_ours(zimbra: Zimbra, account: Entry, request: Request) -> None:
    """Refuse the account of the call's address unless it is the service's.

    Raises:
        NotOurs: the address, or its domain, is another service's.
        Conflict: the address is an alias, a resource's or a global administrator's.
    """
    accounts.require_touchable(account, request.address)
    ownership.require_ours(account, request)
    require_domain(zimbra, request)


def require_domain(zimbra: Zimbra, request: Request, allowed: Sequence[str] | None = None) -> Entry:
    """The address's domain, if mailboxes are sold in it; ``allowed`` are A-labels, None = any.

    Raises:
        NotFound: Zimbra has no such domain.
        NotOurs: it is a service itself.
        Conflict: it is an alias domain.
        Refused: the settings do not name it.
    """
    if allowed is not None and request.domain not in allowed:
        raise Refused(
            "Mailboxes in the domain %(domain)s are not sold by themselves: the settings name"
            " other domains.",
            domain=request.shown_domain,
        )
    domain = domains.find(zimbra, request.domain)
    if domain is None:
        raise NotFound(
            "The domain %(domain)s does not exist in Zimbra.", domain=request.shown_domain
        )
    ownership.require_visible(domain)
    if ownership.stamps(domain):
        raise NotOurs(
            "The domain %(domain)s is another service: its own administrator makes its mailboxes.",
            domain=request.shown_domain,
        )
    if domains.is_alias(domain):
        raise Conflict(
            "The domain %(domain)s is an alias of another one in Zimbra.",
            domain=request.shown_domain,
        )
    return domain


def changes_to_fit(request: Request, account: Entry | None, cos: Entry | None) -> Changes:
    """What must be written so that the account holds the plan; None = the account to be made.

    A quota that staff set by hand stays where the plan names none: only ours is taken away, which
    is why it is noted beside the stamp.
    """
    quota = request.purchase.plan.mailbox_quota
    held = account.one("zimbraMailQuota") if account else None
    noted = ownership.quota_set(account) if account else None
    wanted = {"zimbraCOSId": cos.id if cos else ""}
    if quota is not None:
        wanted["zimbraMailQuota"] = str(quota)
    elif noted is not None and held == str(noted):
        wanted["zimbraMailQuota"] = ""
    needed: Changes = {
        name: value
        for name, value in wanted.items()
        if ((account.one(name) if account else None) or "") != value
    }
    if noted != quota:
        if noted is not None:
            needed["-" + _WORDS] = [f"{ownership.QUOTA}{noted}"]
        if quota is not None:
            needed["+" + _WORDS] = [f"{ownership.QUOTA}{quota}"]
    return needed


def made(zimbra: Zimbra, request: Request, cos: Entry | None) -> Steps[Entry]:
    """Make the mailbox, stamped in the same request, and marked as unfinished.

    Raises:
        Refused: the password breaks the policy, or the domain's limit is reached.
        NotOurs: another service took the address at the same moment.
    """
    attributes = changes_to_fit(request, None, cos)
    marks = [ownership.CREATING, *attributes.pop("+" + _WORDS, [])]
    attributes["+" + _WORDS] = [*marks, *ownership.customer_words(request)]
    attributes[_WORDS] = request.stamp
    assert request.purchase.mailbox is not None
    if request.purchase.mailbox.display_name:
        attributes["displayName"] = request.purchase.mailbox.display_name
    password = accounts.password_of(request)
    try:
        return (yield changes.create("account", request.address, attributes, password))
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    except LimitReached as error:
        raise Refused(
            "The domain %(domain)s holds as many mailboxes as it may.", domain=request.shown_domain
        ) from error
    except AddressExists as error:
        account = accounts.at(zimbra, request.address)
        if account is None:
            raise Conflict(
                "The address %(address)s is held by something that is not a mailbox.",
                address=request.shown_address,
            ) from error
        require_ours(zimbra, account, request)  # sent twice at once: the stamp says whose it is
        yield changes.set_password(account, password)
        return account


def finished(request: Request, account: Entry, cos: Entry | None) -> Steps[None]:
    """Bring the account to the plan and take away the mark of an unfinished creation."""
    needed = changes_to_fit(request, account, cos)
    removed = needed.get("-" + _WORDS, [])
    needed["-" + _WORDS] = [ownership.CREATING, *removed]
    yield changes.modify(account, needed, joined=True)
