"""Whose is it: the stamp, and what stands beside it, in Zimbra itself.

The stamp is a value of the domain's zimbraForeignName, which only global administrators write (a
domain administrator can change zimbraNotes, description and his accounts' zimbraForeignPrincipal).
Beside it stand our own state words, so that a lost store forgets no suspension, no pending
deletion and no unfinished creation. A name is never ownership.

Source: zimbra-attrs.xml (zimbraForeignName, multi-valued); recorded rights of a domain
administrator on a genuine server.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra.call import STAMP_PREFIX, Call
from puq_zimbra.errors import Conflict, Misconfigured, NotOurs, Refused
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry

FOREIGN_NAME = "zimbraForeignName"
#: followed by the zimbraDomainStatus to go back to
WAS = "puq_zimbra.was:"
#: followed by the day of the deletion, YYYY-MM-DD in UTC
PURGE = "puq_zimbra.purge:"
#: there until the administrator has his mailbox, password and rights
CREATING = "puq_zimbra.creating"
#: there since the first of the domain's mailboxes was deleted
DELETING = "puq_zimbra.deleting"


def stamps(entry: Entry) -> tuple[str, ...]:
    """Every stamp that an object bears."""
    return tuple(one for one in entry.all(FOREIGN_NAME) if one.startswith(STAMP_PREFIX))


def require_ours(domain: Entry, call: Call) -> None:
    """Let a domain pass only if it bears the call's stamp and no other.

    Raises:
        NotOurs: it bears none, or another service's.
        Misconfigured: we may not see the stamp.
    """
    require_visible(domain)
    # Compared exactly: Zimbra's own look-up by foreign name ignores case and may be out of date.
    if stamps(domain) != (call.stamp,):
        raise NotOurs(
            "The domain %(domain)s exists in Zimbra but does not belong to this service.",
            domain=shown_domain(domain.name),
        )


def require_visible(domain: Entry) -> None:
    """Let a domain pass only if Zimbra showed all that was asked for.

    Raises:
        Misconfigured: it hid an attribute, which then is unknown and not absent.
    """
    if domain.denied:
        raise Misconfigured(
            "The Zimbra administrator may not read %(attributes)s of the domain %(domain)s: give"
            " him that right.",
            attributes=", ".join(sorted(domain.denied)),
            domain=shown_domain(domain.name),
        )


def require_whole(domain: Entry) -> None:
    """Let a domain pass only if its deletion was not begun.

    Raises:
        Refused: it was; mailboxes may be gone.
    """
    if DELETING in domain.all(FOREIGN_NAME):
        raise Refused(
            "The deletion of the domain %(domain)s was begun: terminate it once more.",
            domain=shown_domain(domain.name),
        )


def was(domain: Entry) -> str | None:
    """The status to go back to, of a domain that the host suspended; else None."""
    return _word(domain, WAS)


def purge_at(domain: Entry) -> date | None:
    """The day on which the domain will be deleted, or None."""
    text = _word(domain, PURGE)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable(domain) from error


def is_unfinished(domain: Entry) -> bool:
    """Whether the service's creation was begun and not completed."""
    return CREATING in domain.all(FOREIGN_NAME)


def _word(domain: Entry, prefix: str) -> str | None:
    found = [one.removeprefix(prefix) for one in domain.all(FOREIGN_NAME) if one.startswith(prefix)]
    if len(found) > 1:
        raise _unreadable(domain)
    return found[0] if found else None


def _unreadable(domain: Entry) -> Conflict:
    return Conflict(
        "The service's state in zimbraForeignName of the domain %(domain)s cannot be read: an"
        " administrator must put it right.",
        domain=shown_domain(domain.name),
    )
