"""End what is due in the customer's bin: by id, inside the domain alone, while it is ``pending``.

Mark, day, clock and status are read again right before each deletion. A mark whose mailbox is gone,
was opened again or left the domain counts no more, and is taken away.

Source: `service/admin/DeleteAccount.java`; recorded deletions of a genuine server (a mailbox whose
data Zimbra cannot read fails for ever: the others go on).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

from puq_zimbra.errors import (
    Conflict,
    CredentialsRejected,
    Fault,
    NoSuchAccount,
    NoSuchDomain,
    PermissionDenied,
    TokenRejected,
)
from puq_zimbra.provisioning import changes
from puq_zimbra.provisioning.bin_marks import WORDS, Binned, holds, marks
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_ATTRIBUTES = ("zimbraAccountStatus",)
#: what is wrong with our own access, not with the mailbox
_NOT_OF_THE_OBJECT = (TokenRejected, CredentialsRejected, PermissionDenied)


def ended(
    zimbra: Zimbra, domain: Entry, today: date, require: Callable[[], None] = lambda: None
) -> Steps[None]:
    """Delete the mailboxes of a domain's bin whose last day has come, and forget old marks.

    ``require`` is called right before each deletion; it raises to keep the mailbox.

    Raises:
        Conflict: Zimbra cannot delete a mailbox; the others are gone.
    """
    failed: list[Entry] = []
    for one in sorted(marks(domain).values(), key=lambda one: (one.last_day, one.account_id)):
        account = _waiting(zimbra, domain, one)
        forget = changes.modify(domain, {"-" + WORDS: [one.mark]})
        if account is None:
            yield forget
        elif one.last_day <= today:
            gone = _Gone(zimbra, domain, one, require)
            try:
                yield changes.delete(account, gone.is_due)
            except _NOT_OF_THE_OBJECT:
                raise
            except Fault:
                failed.append(account)
            yield replace(forget, is_due=gone.is_gone)
    if failed:
        raise Conflict(
            "Zimbra cannot delete %(names)s: an administrator must look at them there.",
            names=", ".join(map(shown_name, failed)),
        )


def _waiting(zimbra: Zimbra, domain: Entry, one: Binned) -> Entry | None:
    """The mailbox of a mark, while it is in the bin of the domain."""
    try:
        account = zimbra.get_account(one.account_id, "id", _ATTRIBUTES)
    except NoSuchAccount:
        return None
    return account if holds(account) and domain_of(account) == domain_of(domain) else None


class _Gone:
    """The deletion of one mailbox: whether it is still due, and whether it is done."""

    def __init__(
        self, zimbra: Zimbra, domain: Entry, one: Binned, require: Callable[[], None]
    ) -> None:
        self._zimbra, self._domain, self._one, self._require = zimbra, domain, one, require

    def is_due(self) -> bool:
        """Whether the mark still says so, and the mailbox is still in the bin."""
        with suppress(NoSuchDomain):
            fresh = self._zimbra.get_domain(self._domain.id, "id", (WORDS,))
            if marks(fresh).get(self._one.account_id) != self._one:
                return False
            if _waiting(self._zimbra, fresh, self._one) is None:
                return False
            self._require()
            return True
        return False

    def is_gone(self) -> bool:
        """Whether there is no such mailbox any more."""
        try:
            self._zimbra.get_account(self._one.account_id, "id", _ATTRIBUTES)
        except NoSuchAccount:
            return True
        return False
