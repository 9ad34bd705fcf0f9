"""Model ``mailbox``: one address, sold by itself, in a domain that is nobody's service.

The account bears the stamp. In a domain that bears one, its administrator makes the mailboxes (and
could forge our mark on them), so nothing is sold there by the piece.

Source: `service/admin/{Create,Modify}Account.java`; zimbra-attrs.xml (zimbraMailQuota: absent = the
class of service's, 0 = no limit).
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.call import Call
from puq_zimbra.errors import (
    AddressExists,
    Conflict,
    LimitReached,
    NotFound,
    NotOurs,
    PasswordRefused,
    Refused,
)
from puq_zimbra.provisioning import accounts, domains, ownership, passwords
from puq_zimbra.provisioning.kinds import KINDS
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_WORDS = KINDS["account"].words


def find_ours(zimbra: Zimbra, call: Call) -> Entry | None:
    """The service's mailbox, or None.

    Raises:
        NotOurs: the address, or its domain, is somebody else's.
    """
    account = accounts.find(zimbra, call)
    if account is None:
        return None
    ownership.require_ours(account, call)
    require_domain(zimbra, call)
    return account


def require_domain(zimbra: Zimbra, call: Call, allowed: Sequence[str] | None = None) -> Entry:
    """The address's domain, if mailboxes are sold in it; ``allowed`` are A-labels, None = any.

    Raises:
        NotFound: Zimbra has no such domain.
        NotOurs: it is a service itself.
        Conflict: it is an alias domain.
        Refused: the settings do not name it.
    """
    if allowed is not None and call.domain not in allowed:
        raise Refused(
            "Mailboxes in the domain %(domain)s are not sold by themselves: the settings name"
            " other domains.",
            domain=call.shown_domain,
        )
    domain = domains.find(zimbra, call.domain)
    if domain is None:
        raise NotFound("The domain %(domain)s does not exist in Zimbra.", domain=call.shown_domain)
    ownership.require_visible(domain)
    if ownership.stamps(domain):
        raise NotOurs(
            "The domain %(domain)s is another service: its own administrator makes its mailboxes.",
            domain=call.shown_domain,
        )
    if domain.one("zimbraDomainType") == "alias":
        raise Conflict(
            "The domain %(domain)s is an alias of another one in Zimbra.", domain=call.shown_domain
        )
    return domain


def changes_to_fit(call: Call, account: Entry | None, cos: Entry | None) -> Changes:
    """What must be written so that the account holds the plan; None = the account to be made.

    A quota that staff set by hand stays where the plan names none: only ours is taken away, which
    is why it is noted beside the stamp.
    """
    quota = call.sold.plan.mailbox_quota
    held = account.one("zimbraMailQuota") if account else None
    noted = ownership.quota_set(account) if account else None
    wanted = {"zimbraCOSId": cos.id if cos else ""}
    if quota is not None:
        wanted["zimbraMailQuota"] = str(quota)
    elif noted is not None and held == str(noted):
        wanted["zimbraMailQuota"] = ""
    changes: Changes = {
        name: value
        for name, value in wanted.items()
        if ((account.one(name) if account else None) or "") != value
    }
    if noted != quota:
        if noted is not None:
            changes["-" + _WORDS] = [f"{ownership.QUOTA}{noted}"]
        if quota is not None:
            changes["+" + _WORDS] = [f"{ownership.QUOTA}{quota}"]
    return changes


def make(zimbra: Zimbra, call: Call, cos: Entry | None) -> Entry:
    """Make the mailbox, stamped in the same call, and marked as unfinished.

    Raises:
        Refused: the password breaks the policy, or the domain's limit is reached.
        NotOurs: somebody else took the address in this very moment.
    """
    attrs = changes_to_fit(call, None, cos)
    added = attrs.pop("+" + _WORDS, [])
    attrs[_WORDS] = [call.stamp, ownership.CREATING, *added]
    assert call.sold.mailbox is not None
    if call.sold.mailbox.display_name:
        attrs["displayName"] = call.sold.mailbox.display_name
    try:
        return zimbra.create_account(call.address, accounts.password_of(call), attrs)
    except PasswordRefused as error:
        raise passwords.refusal(error) from error
    except LimitReached as error:
        raise Refused(
            "The domain %(domain)s holds as many mailboxes as it may.", domain=call.shown_domain
        ) from error
    except AddressExists as error:
        account = find_ours(zimbra, call)  # sent twice at once: the stamp says whether it was ours
        if account is None:
            raise Conflict(
                "The address %(address)s is held by something that is not a mailbox.",
                address=call.shown_address,
            ) from error
        zimbra.set_password(account.id, accounts.password_of(call))
        return account


def finish(zimbra: Zimbra, call: Call, account: Entry, cos: Entry | None) -> None:
    """Bring the account to the plan and take away the mark of an unfinished creation."""
    changes = changes_to_fit(call, account, cos)
    removed = changes.get("-" + _WORDS, [])
    zimbra.modify_account(account.id, {**changes, "-" + _WORDS: [ownership.CREATING, *removed]})
