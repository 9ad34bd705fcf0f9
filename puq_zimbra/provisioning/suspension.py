"""Suspend and give back a domain or a mailbox, by its own status alone.

A domain's status lies over its accounts' own and leaves them as they are, so giving it back is
exact: what an administrator had locked stays locked. Never domain status ``suspended`` (it shuts
the administrator out), never account status ``closed`` (accounts lose their lists for good): a
mailbox sold by itself is ``pending`` where the plan's mode returns mail.

Beside the stamp we note the status to go back to and the one that we set. A stricter status is an
administrator's, and only an administrator lifts it.

Source: `cs/account/Account.java` (getAccountStatus), `cs/account/callback/DomainStatus.java` and
`AccountStatus.java`.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.entries import Changes, kind_of, shown_name, status_of, words_of
from puq_zimbra.zimbra.answers import Entry

#: characters of a host's reason that are kept: Zimbra's longest value is 256
_LONGEST_REASON = 200


def changes_to_suspend(
    entry: Entry,
    mode: str,
    purge_at: date | None = None,
    *,
    keep: bool = False,
    reason: str | None = None,
) -> Changes:
    """What must be written to suspend the object; empty when nothing is left to do.

    ``purge_at`` is the day of the deletion, for a termination with a grace period; a day that is
    set already stays, unless the mail is to be kept for good (``keep``).

    Raises:
        Conflict: the object has a status that no suspension may touch.
    """
    kind, status, before = kind_of(entry), status_of(entry), ownership.was(entry)
    _require_known(entry, status, before or status)
    # Whatever is stricter than the plan is an administrator's, and stays.
    wanted = max(status, kind.modes[mode], key=kind.order.index)
    noted = ownership.notes_of_suspension(entry)
    # What an administrator has opened since is not to go back to the stricter status of before.
    notes = {**noted, ownership.WAS: min(before or status, status, key=kind.order.index)}
    if before is None or status != wanted:
        notes[ownership.SHUT] = wanted
    if keep:
        notes.pop(ownership.PURGE, None)
        notes[ownership.KEPT] = ""
    elif purge_at is not None:
        notes.pop(ownership.KEPT, None)
        if ownership.purge_at(entry) is None:
            notes[ownership.PURGE] = purge_at.isoformat()
    if text := _tidied(reason):
        # The directory takes values that differ by capitals alone for the same.
        same = ownership.reason(entry).casefold() == text.casefold()
        notes[ownership.REASON] = noted[ownership.REASON] if same else text
    changes: Changes = {kind.status: wanted} if status != wanted else {}
    return {**changes, **_difference(kind.words, noted, notes)}


def _require_known(entry: Entry, *statuses: str) -> None:
    for status in statuses:
        if status not in kind_of(entry).order:
            raise Conflict(
                "%(name)s has the status %(status)s in Zimbra: an administrator must decide.",
                name=shown_name(entry),
                status=status,
            )


def _tidied(reason: str | None) -> str:
    """A host's reason as one short line."""
    text = "".join(c if c.isprintable() else " " for c in reason or "")
    return " ".join(text.split())[:_LONGEST_REASON].strip()


def _difference(words: str, held: dict[str, str], wanted: dict[str, str]) -> Changes:
    """The words to add and to remove for the wanted notes."""
    added = [key + text for key, text in wanted.items() if held.get(key) != text]
    removed = [key + text for key, text in held.items() if wanted.get(key) != text]
    changes: Changes = {}
    if removed:
        changes["-" + words] = removed
    if added:
        changes["+" + words] = added
    return changes


def standing(stamped: Entry) -> dict[str, str]:
    """How a service stands, for a reply's ``data``.

    ``state`` is active, suspended, kept or ending (then with ``purge_at``); else the status that an
    administrator set, which is ``zimbra_status`` in any case.
    """
    status, noted = status_of(stamped), ownership.notes_of_suspension(stamped)
    found = {"state": status, "zimbra_status": status}
    for prefix, state in (
        (ownership.PURGE, "ending"), (ownership.KEPT, "kept"), (ownership.WAS, "suspended"),
    ):  # fmt: skip
        if prefix in noted:
            found["state"] = state
            break
    if ownership.PURGE in noted:
        found["purge_at"] = str(ownership.purge_at(stamped))
    return found


def changes_to_delete(entry: Entry) -> Changes:
    """What must be written before the first mailbox goes: shut, and marked as being deleted.

    A domain is closed, so that senders get their mail back; also out of ``suspended``, under which
    Zimbra refuses every change to accounts. A mailbox goes at once.
    """
    changes: Changes = {}
    status = kind_of(entry).while_deleted
    if status not in (None, status_of(entry)):
        changes[kind_of(entry).status] = status
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
    words = [word for word in words_of(entry) if word.startswith(ownership.OF_SUSPENSION)]
    if not words:
        return {}
    changes: Changes = {"-" + kind.words: words}
    status = _status_to_give_back(entry)
    if status != status_of(entry):
        changes[kind.status] = status
    return changes


def _status_to_give_back(entry: Entry) -> str:
    """The status before; or the present one, where an administrator made it stricter than we did.

    A status that an administrator opened since is not shut again.
    """
    kind, status, before = kind_of(entry), status_of(entry), ownership.was(entry)
    ours = ownership.notes_of_suspension(entry).get(ownership.SHUT, kind.unnoted)
    if before is None or not {before, ours} <= set(kind.order):
        raise Conflict(
            "The status before the suspension of %(name)s cannot be read: an administrator must"
            " set it.",
            name=shown_name(entry),
        )
    if status not in kind.order or kind.order.index(status) > kind.order.index(ours):
        return status
    return min(before, status, key=kind.order.index)
