"""Whose is it: the stamp, and what stands beside it, in Zimbra itself.

The stamp of a domain is a value of its zimbraForeignName, which only global administrators write (a
domain administrator can change zimbraNotes, description and his accounts' zimbraForeignPrincipal).
That of a mailbox sold by itself is a value of the account's zimbraForeignPrincipal; it counts only
in a domain that bears no stamp, since nobody but us has an administrator there. Beside it stand our
own state words, so that a lost store forgets no suspension, no pending deletion and no unfinished
creation. A name is never ownership.

Source: zimbra-attrs.xml (zimbraForeignName, zimbraForeignPrincipal, multi-valued); recorded rights
of a domain administrator on a genuine server.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra.call import STAMP_PREFIX, Call, Model
from puq_zimbra.errors import Conflict, Misconfigured, NotOurs, Refused
from puq_zimbra.provisioning.kinds import kind_of, shown_name, words_of
from puq_zimbra.zimbra.answers import Entry

#: followed by the status to go back to
WAS = "puq_zimbra.was:"
#: followed by the day of the deletion, YYYY-MM-DD in UTC
PURGE = "puq_zimbra.purge:"
#: there until everything that was ordered is made
CREATING = "puq_zimbra.creating"
#: there since the deletion was begun
DELETING = "puq_zimbra.deleting"
#: model ``server``, on its first domain; followed by the bytes contracted, 0 = not said
SERVER = "puq_zimbra.server:"
#: model ``mailbox``; followed by the quota in bytes that we set for the account
QUOTA = "puq_zimbra.quota:"


def stamps(entry: Entry) -> tuple[str, ...]:
    """Every stamp that an object bears."""
    return tuple(one for one in words_of(entry) if one.startswith(STAMP_PREFIX))


def require_ours(entry: Entry, call: Call) -> None:
    """Let an object pass only if it bears the call's stamp and no other.

    Raises:
        NotOurs: it bears none, or another service's.
        Conflict: it was sold as another model.
        Misconfigured: we may not see the stamp.
    """
    require_visible(entry)
    # Compared exactly: Zimbra's own look-up by foreign name ignores case and may be out of date.
    if stamps(entry) != (call.stamp,):
        raise NotOurs(
            "%(name)s exists in Zimbra but does not belong to this service.",
            name=shown_name(entry),
        )
    if model_of(entry) != call.sold.model:
        raise Conflict(
            "%(name)s was sold under another model: the product's settings must not change it.",
            name=shown_name(entry),
        )


def require_visible(entry: Entry) -> None:
    """Let an object pass only if Zimbra showed all that was asked for.

    Raises:
        Misconfigured: it hid an attribute, which then is unknown and not absent.
    """
    if entry.denied:
        raise Misconfigured(
            "The Zimbra administrator may not read %(attributes)s of %(name)s: give him that"
            " right.",
            attributes=", ".join(sorted(entry.denied)),
            name=shown_name(entry),
        )


def require_whole(entry: Entry) -> None:
    """Let an object pass only if its deletion was not begun.

    Raises:
        Refused: it was; mailboxes may be gone.
    """
    if DELETING in words_of(entry):
        raise Refused(
            "The deletion of %(name)s was begun: terminate it once more.", name=shown_name(entry)
        )


def was(entry: Entry) -> str | None:
    """The status to go back to, of an object that the host suspended; else None."""
    return _word(entry, WAS)


def purge_at(entry: Entry) -> date | None:
    """The day on which the service will be deleted, or None."""
    text = _word(entry, PURGE)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable(entry) from error


def is_unfinished(entry: Entry) -> bool:
    """Whether the service's creation was begun and not completed."""
    return CREATING in words_of(entry)


def contracted(entry: Entry) -> int | None:
    """The bytes contracted for a private server, 0 = not said; None = it is none."""
    return _bytes(entry, SERVER)


def model_of(entry: Entry) -> Model:
    """The model under which the service was sold that is this object."""
    if entry.kind == "account":
        return "mailbox"
    return "domain" if contracted(entry) is None else "server"


def quota_set(entry: Entry) -> int | None:
    """The quota in bytes that we set for a mailbox; None = none."""
    return _bytes(entry, QUOTA)


def _bytes(entry: Entry, prefix: str) -> int | None:
    text = _word(entry, prefix)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise _unreadable(entry)
    return int(text)


def _word(entry: Entry, prefix: str) -> str | None:
    found = [one.removeprefix(prefix) for one in words_of(entry) if one.startswith(prefix)]
    if len(found) > 1:
        raise _unreadable(entry)
    return found[0] if found else None


def _unreadable(entry: Entry) -> Conflict:
    return Conflict(
        "What stands in %(attribute)s of %(name)s cannot be read: an administrator must put it"
        " right.",
        attribute=kind_of(entry).words,
        name=shown_name(entry),
    )
