"""The bin: where a mailbox that the customer deleted waits for its last day.

Its mark stands on the service's domain (`puq_zimbra.provisioning.bin_marks`). The mailbox itself is
``pending``: nobody logs in, mail is returned to its sender, and the lists that it is a member of
keep it. Whoever opens it again in Zimbra takes it out of the bin.

Order of writes: the mark first, then the mailbox; out of the bin the mailbox first, then the mark.
So an interruption leaves a mark too much, never a mailbox that waits unknown.

Source: recorded statuses of a genuine server (``pending`` keeps list membership, a delegated token
outlives it, a raised zimbraAuthTokenValidityValue ends it).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, Conflict, NoSuchAccount, NotFound, Refused
from puq_zimbra.provisioning import clock, sessions
from puq_zimbra.provisioning.bin_marks import STATUS, WORDS, Binned, holds, marks
from puq_zimbra.provisioning.entries import address_of, domain_of, shown_name
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what must be read of an account for the bin
ATTRIBUTES = ("zimbraAccountStatus", "zimbraHideInGal", "zimbraAuthTokenValidityValue")


def waiting(zimbra: Zimbra, domain: Entry) -> list[tuple[Entry, Binned]]:
    """The mailboxes of a domain that are in the bin, with their marks."""
    known = marks(domain)
    if not known:
        return []
    query = f"(&(zimbraAccountStatus={STATUS}){scope.NOT_SYSTEM})"
    attrs = (*ATTRIBUTES, "displayName")
    found = zimbra.search_directory("accounts", query, attrs, domain_of(domain))
    return [(account, known[account.id]) for account in found if account.id in known]


def put(zimbra: Zimbra, domain: Entry, account: Entry, last_day: date) -> Binned:
    """Put a mailbox into the bin; a mailbox that is there already keeps its day.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    known = marks(domain).get(account.id)
    if known is not None and holds(account):
        return known
    if known is not None:  # it was opened since: the mark of before counts no more
        zimbra.modify_domain(domain.id, {"-" + WORDS: [known.mark]})
    status = account.one("zimbraAccountStatus") or "active"
    hidden = account.one("zimbraHideInGal") == "TRUE"
    binned = Binned(account.id, last_day, status, hidden)
    zimbra.modify_domain(domain.id, {"+" + WORDS: [binned.mark]})
    zimbra.modify_account(
        account.id,
        {
            "zimbraAccountStatus": STATUS,
            "zimbraHideInGal": "TRUE",
            **sessions.raised(account),
        },
    )
    if not holds(zimbra.get_account(account.id, "id", ATTRIBUTES)):
        raise Conflict("Zimbra did not keep the status of %(name)s.", name=shown_name(account))
    return binned


def take_out(zimbra: Zimbra, domain: Entry, account: Entry) -> bool:
    """Make a mailbox as it was before the bin; whether anything was written.

    Raises:
        Conflict: Zimbra did not keep it.
    """
    known = marks(domain).get(account.id)
    if known is None:
        return False
    if holds(account):
        before = {
            "zimbraAccountStatus": known.status,
            "zimbraHideInGal": "TRUE" if known.hidden else "",
        }
        zimbra.modify_account(account.id, before)
        fresh = zimbra.get_account(account.id, "id", ATTRIBUTES)
        if fresh.one("zimbraAccountStatus") != known.status:
            raise Conflict("Zimbra did not keep the status of %(name)s.", name=shown_name(account))
    zimbra.modify_domain(domain.id, {"-" + WORDS: [known.mark]})
    return True


def last_day(now: datetime, days: int) -> date:
    """The day (UTC) until which a mailbox waits that is put into the bin now."""
    return (now + timedelta(days=days)).date()


def put_by_id(
    zimbra: Zimbra, request: Request, identity: str, now: datetime, days: int
) -> tuple[Entry, date]:
    """Put a mailbox of the service into the bin for so many days; the mailbox, and its last day.

    Raises:
        Refused: it is the administrator's, or was shut past the bin.
        Misconfigured: a clock is wrong.
    """
    stamped = scope.open_service(zimbra, request)
    attrs = (*ATTRIBUTES, "zimbraIsDelegatedAdminAccount")
    account = scope.mailbox(zimbra, request, stamped, identity, attrs, shut=True)
    if account.one("zimbraIsDelegatedAdminAccount") == "TRUE":
        raise Refused("The administrator's mailbox cannot be deleted: he would be shut out.")
    clock.require_right(zimbra, now)
    domain = scope.domain(zimbra, request, stamped, domain_of(account))
    if holds(account) and account.id not in marks(domain):
        # Restored, it would be open: whoever shut it decides that.
        raise Refused("An administrator closed the mailbox: ask your provider.")
    return account, put(zimbra, domain, account, last_day(now, days)).last_day


def take_out_by_id(zimbra: Zimbra, request: Request, identity: str) -> tuple[Entry, bool]:
    """Take a mailbox of the service out of the bin; whether anything was written.

    Raises:
        NotFound: it is not in the bin, and not in use either.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES, shut=True)
    domain = scope.domain(zimbra, request, stamped, domain_of(account))
    written = take_out(zimbra, domain, account)
    if not written and holds(account):  # closed by an administrator: nothing says how it was
        raise NotFound("This mailbox is not in the bin any more.")
    return account, written


def delete_by_id(
    zimbra: Zimbra, request: Request, identity: str, typed: str, now: datetime
) -> tuple[str, bool]:
    """Delete a mailbox of the bin for good; its address, and whether anything was written.

    Raises:
        FieldErrors: another address was typed.
        NotFound: it is not in the bin.
        Misconfigured: a clock is wrong.
    """
    stamped = scope.open_service(zimbra, request)
    try:
        account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES, shut=True)
    except NotFound:
        domain = scope.domain(zimbra, request, stamped, typed.rpartition("@")[2])
        return typed, _forget_gone(zimbra, domain, identity)
    domain = scope.domain(zimbra, request, stamped, domain_of(account))
    known = marks(domain).get(account.id)
    if known is None or not holds(account):
        raise NotFound("This mailbox is not in the bin any more.")
    if typed != address_of(account):
        raise wrong("typed", N_("This is not the address of the mailbox."))
    clock.require_right(zimbra, now)
    zimbra.delete_account(account.id)
    zimbra.modify_domain(domain.id, {"-" + WORDS: [known.mark]})
    return account.name, True


def _forget_gone(zimbra: Zimbra, domain: Entry, identity: str) -> bool:
    """Take away the mark of a mailbox that is gone; whether there was one.

    Raises:
        NotFound: there is a mailbox of that id, which is not the customer's.
    """
    try:
        zimbra.get_account(identity, "id", ("zimbraAccountStatus",))
    except NoSuchAccount:
        known = marks(domain).get(identity)
        if known is not None:
            zimbra.modify_domain(domain.id, {"-" + WORDS: [known.mark]})
        return known is not None
    raise NotFound(scope.GONE)


__all__ = [
    "ATTRIBUTES",
    "Binned",
    "delete_by_id",
    "holds",
    "last_day",
    "marks",
    "put",
    "put_by_id",
    "take_out",
    "take_out_by_id",
    "waiting",
]
