"""Suspend and give back a domain, by its status alone.

The domain's status lies over the accounts' own and leaves them as they are, so giving it back is
exact: what an administrator had locked stays locked. Never status ``suspended`` (it shuts the
administrator out), never per-account ``closed`` (accounts lose their lists for good).

Source: `cs/account/Account.java` (getAccountStatus), `cs/account/callback/DomainStatus.java`.
"""

from __future__ import annotations

from datetime import date

from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import domains, ownership
from puq_zimbra.provisioning.ownership import FOREIGN_NAME
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.messages import Attributes

#: statuses from open to shut; a suspension never opens what an administrator has shut
_ORDER = ("active", "locked", "maintenance", "closed", "suspended")


def changes_to_suspend(
    domain: Entry, mode: str, purge_at: date | None = None, *, keep: bool = False
) -> dict[str, str | list[str]]:
    """What must be written to suspend the domain; empty when nothing is left to do.

    ``purge_at`` is the day of the deletion, for a termination with a grace period; a day that is
    set already stays, unless the domain's mail is to be kept for good (``keep``).

    Raises:
        Conflict: the domain has a status that no suspension may touch.
    """
    status = domains.status_of(domain)
    before = ownership.was(domain)
    for known in (status, before or status):
        if known not in _ORDER:
            raise Conflict(
                "The domain %(domain)s has the status %(status)s in Zimbra: an administrator must"
                " decide.",
                domain=shown_domain(domain.name),
                status=known,
            )
    changes: dict[str, str | list[str]] = {}
    added = []
    if before is None:
        added.append(ownership.WAS + status)
    # Whatever is stricter than the plan is an administrator's, and stays.
    wanted = max(status, before or status, mode, key=_strictness)
    if status != wanted:
        changes["zimbraDomainStatus"] = wanted
    pending = ownership.purge_at(domain)
    if purge_at is not None and pending is None:
        added.append(ownership.PURGE + purge_at.isoformat())
    if keep and pending is not None:
        changes["-" + FOREIGN_NAME] = [ownership.PURGE + pending.isoformat()]
    if added:
        changes["+" + FOREIGN_NAME] = added
    return changes


def changes_to_delete(domain: Entry) -> dict[str, str | list[str]]:
    """What must be written before the first mailbox goes: closed, and marked as being deleted.

    Also out of ``suspended``, under which Zimbra refuses every change to accounts.
    """
    changes: dict[str, str | list[str]] = {}
    if domains.status_of(domain) != "closed":
        changes["zimbraDomainStatus"] = "closed"
    words = []
    if ownership.was(domain) is None:
        words.append(ownership.WAS + domains.status_of(domain))
    if ownership.DELETING not in domain.all(FOREIGN_NAME):
        words.append(ownership.DELETING)
    if words:
        changes["+" + FOREIGN_NAME] = words
    return changes


def changes_to_give_back(domain: Entry) -> Attributes:
    """What must be written to end the suspension and a pending deletion; empty when neither is.

    Raises:
        Conflict: the status to go back to cannot be read.
    """
    ours = (ownership.WAS, ownership.PURGE)
    words = [word for word in domain.all(FOREIGN_NAME) if word.startswith(ours)]
    if not words:
        return {}
    before = ownership.was(domain)
    if before is None or before not in _ORDER:
        raise Conflict(
            "The status before the suspension of the domain %(domain)s cannot be read: an"
            " administrator must set it.",
            domain=shown_domain(domain.name),
        )
    changes: dict[str, str | list[str]] = {"-" + FOREIGN_NAME: words}
    if domains.status_of(domain) != before:
        changes["zimbraDomainStatus"] = before
    return changes


def _strictness(status: str) -> int:
    return _ORDER.index(status)
