"""Suspend and give back a domain or a mailbox, by its own status alone.

A domain's status lies over its accounts' own and leaves them as they are, so giving it back is
exact: what an administrator had locked stays locked. Never domain status ``suspended`` (it shuts
the administrator out), never account status ``closed`` (accounts lose their lists for good): a
mailbox sold by itself is ``locked`` whatever the plan's mode.

Source: `cs/account/Account.java` (getAccountStatus), `cs/account/callback/DomainStatus.java` and
`AccountStatus.java`.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.kinds import kind_of, shown_name, status_of, words_of
from puq_zimbra.zimbra.answers import Entry

Changes = dict[str, str | list[str]]


def changes_to_suspend(
    entry: Entry, mode: str, purge_at: date | None = None, *, keep: bool = False
) -> Changes:
    """What must be written to suspend the object; empty when nothing is left to do.

    ``purge_at`` is the day of the deletion, for a termination with a grace period; a day that is
    set already stays, unless the mail is to be kept for good (``keep``).

    Raises:
        Conflict: the object has a status that no suspension may touch.
    """
    kind, status, before = kind_of(entry), status_of(entry), ownership.was(entry)
    for known in (status, before or status):
        if known not in kind.order:
            raise Conflict(
                "%(name)s has the status %(status)s in Zimbra: an administrator must decide.",
                name=shown_name(entry),
                status=known,
            )
    changes: Changes = {}
    added = []
    if before is None:
        added.append(ownership.WAS + status)
    # Whatever is stricter than the plan is an administrator's, and stays.
    shut = mode if entry.kind == "domain" else "locked"
    candidates = (one for one in (before or status, shut) if one != kind.never)
    wanted = max(status, *candidates, key=kind.order.index)
    if status != wanted:
        changes[kind.status] = wanted
    pending = ownership.purge_at(entry)
    if purge_at is not None and pending is None:
        added.append(ownership.PURGE + purge_at.isoformat())
    if keep and pending is not None:
        changes["-" + kind.words] = [ownership.PURGE + pending.isoformat()]
    if added:
        changes["+" + kind.words] = added
    return changes


def changes_to_delete(entry: Entry) -> Changes:
    """What must be written before the first mailbox goes: shut, and marked as being deleted.

    A domain is closed, so that senders get their mail back; also out of ``suspended``, under which
    Zimbra refuses every change to accounts. A mailbox goes at once.
    """
    changes: Changes = {}
    if entry.kind == "domain" and status_of(entry) != "closed":
        changes[kind_of(entry).status] = "closed"
    words = []
    if ownership.was(entry) is None:
        words.append(ownership.WAS + status_of(entry))
    if ownership.DELETING not in words_of(entry):
        words.append(ownership.DELETING)
    if words:
        changes["+" + kind_of(entry).words] = words
    return changes


def changes_to_give_back(entry: Entry) -> Changes:
    """What must be written to end the suspension and a pending deletion; empty when neither is.

    Raises:
        Conflict: the status to go back to cannot be read.
    """
    kind = kind_of(entry)
    ours = (ownership.WAS, ownership.PURGE)
    words = [word for word in words_of(entry) if word.startswith(ours)]
    if not words:
        return {}
    before = ownership.was(entry)
    if before is None or before not in kind.order:
        raise Conflict(
            "The status before the suspension of %(name)s cannot be read: an administrator must"
            " set it.",
            name=shown_name(entry),
        )
    changes: Changes = {"-" + kind.words: words}
    if before not in (status_of(entry), kind.never):
        changes[kind.status] = before
    return changes
