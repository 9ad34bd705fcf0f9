"""End the sessions of single sign-on: those of a service's administrator, or of the mailbox sold.

A token is good as long as it bears the account's zimbraAuthTokenValidityValue, so another value
ends them all at once, those of DelegateAuth too, which outlive ``locked`` and ``closed``. The order
is what makes it sure: the service is shut first, then the value is raised, and a link is given out
only if the service was still open after its token was made. For a mailbox both are one write; a
domain bears a word from the first write on until the last, so that a retry goes on.

Source: `cs/account/Account.java` (checkAuthTokenValidityValue), `service/admin/ModifyAccount.java`
(carried out by the account's home server, whose cache then has the new value).
"""

from __future__ import annotations

import re

from puq_zimbra.provisioning import admins, changes, ownership
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import KINDS, Changes, kind_of, status_of, words_of
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_VALUE = "zimbraAuthTokenValidityValue"
_LARGEST = 2**31 - 1


def begins_suspension(stamped: Entry, changes: Changes) -> bool:
    """Whether these changes begin a suspension, rather than go on with one."""
    added = changes.get("+" + kind_of(stamped).words, [])
    return any(one.startswith(ownership.WAS) for one in added)


def with_sign_out(domain: Entry, changes: Changes) -> Changes:
    """The changes of a domain, with the word that asks to end the sessions of before."""
    # Of a domain that is ``suspended`` no account can be changed, and no session is open.
    if not begins_suspension(domain, changes) or status_of(domain) == kind_of(domain).frozen:
        return changes
    words = "+" + kind_of(domain).words
    return {**changes, words: [*changes[words], ownership.SIGN_OUT]}


def are_to_end(stamped: Entry) -> bool:
    """Whether a suspension shut the domain and has not ended its sessions."""
    is_open_to_us = status_of(stamped) != kind_of(stamped).frozen
    return ownership.SIGN_OUT in words_of(stamped) and is_open_to_us


def ended(zimbra: Zimbra, request: Request, domain: Entry) -> Steps[None]:
    """End the sessions of a domain that is shut, and take the word away that asks for it."""
    for account in accounts_of(zimbra, request, domain):
        yield changes.modify(account, raised(account))
    yield changes.modify(domain, {"-" + KINDS["domain"].words: [ownership.SIGN_OUT]})


def accounts_of(zimbra: Zimbra, request: Request, domain: Entry) -> list[Entry]:
    """The accounts of a domain that a single sign-on may have opened."""
    return admins.that_may_be_entered(zimbra, request, domain)


def raised(account: Entry) -> Changes:
    """What ends every session of an account."""
    # The domain's administrator can write the value, so it may be anything.
    text = account.one(_VALUE) or ""
    value = int(text) if re.fullmatch(r"-?[0-9]{1,10}", text) else -1
    # Zimbra takes 0 and more; without a value a token bears -1.
    return {_VALUE: str(max(value, -1) + 1 if value < _LARGEST else 0)}
