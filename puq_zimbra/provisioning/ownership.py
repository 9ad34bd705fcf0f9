"""Which service an object in Zimbra belongs to: the stamp and the state words beside it.

The stamp of a domain is a value of its zimbraForeignName, which only global administrators write (a
domain administrator can change zimbraNotes, description and his accounts' zimbraForeignPrincipal).
That of a mailbox sold by itself is a value of the account's zimbraForeignPrincipal; it counts only
in a domain that bears no stamp, since no customer has an administrator there. Beside it stand our
own state words, so that a lost store forgets no suspension, no pending deletion and no unfinished
creation. A name is never ownership.

Source: zimbra-attrs.xml (zimbraForeignName, zimbraForeignPrincipal, multi-valued); recorded rights
of a domain administrator on a genuine server.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from puq_zimbra.errors import N_, Conflict, Misconfigured, NotOurs, Refused
from puq_zimbra.provisioning.entries import kind_of, reread, shown_name, words_of
from puq_zimbra.registry import find_hook
from puq_zimbra.request import STAMP_PREFIX, Model, Plan, Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: followed by the status to go back to
WAS = "puq_zimbra.was:"
#: followed by the day of the deletion, YYYY-MM-DD in UTC
PURGE = "puq_zimbra.purge:"
#: followed by the status that our suspension set; a stricter one is an administrator's
SHUT = "puq_zimbra.shut:"
#: there while a service that was terminated is kept
KEPT = "puq_zimbra.kept"
#: followed by the host's reason for the suspension, as the customer may read it
REASON = "puq_zimbra.reason:"
#: there until the sessions that we opened before the suspension are ended
SIGN_OUT = "puq_zimbra.sign_out"
#: all words that the end of a suspension takes away
OF_SUSPENSION = (WAS, SHUT, PURGE, KEPT, REASON, SIGN_OUT)
#: there until everything that was ordered is made
CREATING = "puq_zimbra.creating"
#: there since the deletion was begun
DELETING = "puq_zimbra.deleting"
#: model ``server``, on its first domain; followed by the bytes contracted, 0 = not said
SERVER = "puq_zimbra.server:"
#: model ``mailbox``; followed by the quota in bytes that we set for the account
QUOTA = "puq_zimbra.quota:"
#: limits that Zimbra keeps nowhere, as they were sold, so that a later plan can be held against
#: them: `aliases=10,lists=2`; one that is not named is unlimited
SOLD = "puq_zimbra.sold:"
#: followed by the host's id of the customer, where a service's id is a name that others could use
CUSTOMER = "puq_zimbra.customer:"

UNFINISHED = N_("The creation of %(name)s was not finished: create it once more.")


def stamps(entry: Entry) -> tuple[str, ...]:
    """Every stamp that an object bears."""
    return tuple(one for one in words_of(entry) if one.startswith(STAMP_PREFIX))


def bears(entry: Entry, request: Request) -> bool:
    """Whether an object bears the call's stamp and no other."""
    # Compared exactly: Zimbra's own look-up by foreign name ignores case and may be out of date.
    return stamps(entry) == (request.stamp,)


def goes_with(alias: Entry, stamp: str) -> bool:
    """Whether an alias domain belongs to the service whose domain it points to."""
    return set(stamps(alias)) <= {stamp}


def require_ours(entry: Entry, request: Request) -> None:
    """Refuse an object that does not bear the call's stamp, or bears another one too.

    Raises:
        NotOurs: it bears none, or another service's.
        Conflict: it was sold as another model.
        Misconfigured: we may not see the stamp.
    """
    require_visible(entry)
    if not bears(entry, request):
        raise NotOurs(
            "%(name)s exists in Zimbra but does not belong to this service.",
            name=shown_name(entry),
        )
    if model_of(entry) != request.purchase.model:
        raise Conflict(
            "%(name)s was sold under another model: the product's settings must not change it.",
            name=shown_name(entry),
        )
    require_customer(entry, request)


def require_customer(entry: Entry, request: Request) -> None:
    """Where the service's id is a name, refuse another customer's service.

    Raises:
        NotOurs: it is another customer's.
        Conflict: it has no customer's mark.
    """
    if request.identity is None:
        return
    held, hook = customer(entry), find_hook(request.event or "")
    if held is None and not (hook and hook.accepts_unmarked):
        raise Conflict(
            "%(name)s does not say whose it is: see which customer ordered it, then run puq-zimbra"
            " service transfer %(installation)s %(id)s --customer ID.",
            name=request.shown_name,
            installation=request.installation_id,
            id=request.purchase.id,
        )
    if held not in (None, request.purchase.customer_id):
        raise NotOurs(
            "%(name)s exists in Zimbra but belongs to another customer.", name=request.shown_name
        )


def customer_words(request: Request) -> list[str]:
    """The customer's mark, which stands beside the stamp where the service's id is a name."""
    return [f"{CUSTOMER}{request.purchase.customer_id}"] if request.identity is not None else []


def require_named(entry: Entry, request: Request) -> None:
    """Refuse the service's object under another name than the host says.

    Raises:
        Conflict: the host says another one.
    """
    if shown_name(entry) != request.shown_name:
        raise Conflict(
            "This service is %(held)s in Zimbra, not %(asked)s: put the name right in the billing"
            " platform, or in Zimbra.",
            held=shown_name(entry),
            asked=request.shown_name,
        )


def require_visible(entry: Entry) -> None:
    """Refuse an object of which Zimbra hid something.

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
    """Refuse an object whose deletion was begun.

    Raises:
        Refused: it was; mailboxes may be gone.
    """
    if DELETING in words_of(entry):
        raise Refused(
            "The deletion of %(name)s was begun: terminate it once more.", name=shown_name(entry)
        )


def require_created(entry: Entry) -> None:
    """Refuse an object whose creation was not completed.

    Raises:
        Refused: it was not; the administrator or his rights may be missing.
    """
    if is_unfinished(entry):
        raise Refused(UNFINISHED, name=shown_name(entry))


def was(entry: Entry) -> str | None:
    """The status to go back to, of an object that the host suspended; else None."""
    return _word(entry, WAS)


def notes_of_suspension(entry: Entry) -> dict[str, str]:
    """The notes of a suspension: each word of `OF_SUSPENSION` that is there, and its text."""
    found = {prefix: _word(entry, prefix) for prefix in OF_SUSPENSION}
    return {prefix: text for prefix, text in found.items() if text is not None}


def is_kept(entry: Entry) -> bool:
    """Whether the service was terminated and is kept."""
    return KEPT in words_of(entry)


def reason(entry: Entry) -> str:
    """The host's reason for the suspension; "" if it gave none."""
    found = (one.removeprefix(REASON) for one in words_of(entry) if one.startswith(REASON))
    return next(found, "")


def purge_at(entry: Entry) -> date | None:
    """The day on which the service will be deleted, or None."""
    text = _word(entry, PURGE)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unreadable(entry) from error


def customer(entry: Entry) -> str | None:
    """The host's id of the service's customer; None = there is no mark."""
    return _word(entry, CUSTOMER)


def is_unfinished(entry: Entry) -> bool:
    """Whether the service's creation was begun and not completed."""
    return CREATING in words_of(entry)


def contracted(entry: Entry) -> int | None:
    """The bytes contracted for a private server, 0 = not said; None = it is none."""
    return _bytes(entry, SERVER)


def sold_limits(entry: Entry) -> dict[str, int] | None:
    """The limits noted as sold; None = nothing is noted."""
    text = _word(entry, SOLD)
    if text is None:
        return None
    pairs = (one.partition("=") for one in text.split(",") if one)
    return {name: int(number) for name, _, number in pairs if number.isascii() and number.isdigit()}


def noted_limits(entry: Entry, names: Sequence[str]) -> dict[str, int | None]:
    """The limits of those names that are noted as sold; none where nothing is noted."""
    noted = sold_limits(entry)
    return {} if noted is None else {name: noted.get(name) for name in names}


def sold_words(plan: Plan, names: Sequence[str]) -> list[str]:
    """The note of the plan's limits of those names; none if it has none of them."""
    limits = ((name, getattr(plan, name)) for name in names)
    text = ",".join(f"{name}={limit}" for name, limit in limits if limit is not None)
    return [SOLD + text] if text else []


def again(zimbra: Zimbra, request: Request, stamped: Entry) -> Entry:
    """The stamped object read afresh, by its id.

    Raises:
        NotFound: it is gone.
        NotOurs: it does not bear the stamp any more.
    """
    fresh = reread(zimbra, stamped)
    require_ours(fresh, request)
    return fresh


def model_of(entry: Entry) -> Model:
    """The model under which the service was sold that is this object."""
    sold_as = kind_of(entry).model
    return sold_as or ("domain" if contracted(entry) is None else "server")


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
