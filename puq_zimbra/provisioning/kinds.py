"""What bears a service's stamp: a domain, or for model ``mailbox`` an account.

Source: zimbra-attrs.xml (zimbraForeignName and zimbraForeignPrincipal hold many values; the two
lists of statuses); `cs/account/callback/AccountStatus.java` (an account that is ``closed`` leaves
its lists for good).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from puq_zimbra.units import mail_domain, shown_address, shown_domain
from puq_zimbra.zimbra.answers import Entry


@dataclass(frozen=True)
class Kind:
    """Where Zimbra keeps what we write on an object of one kind."""

    #: the attribute of the stamp and of the state words beside it
    words: str
    #: the attribute of the status
    status: str
    #: statuses from open to shut; a suspension never opens what an administrator has shut
    order: tuple[str, ...]
    #: a status that we never write: it cannot be undone, or shuts its administrator out
    never: str


KINDS: Mapping[str, Kind] = {
    "domain": Kind(
        "zimbraForeignName",
        "zimbraDomainStatus",
        ("active", "locked", "maintenance", "closed", "suspended"),
        never="suspended",
    ),
    "account": Kind(
        "zimbraForeignPrincipal",
        "zimbraAccountStatus",
        ("active", "lockout", "locked", "pending", "maintenance", "closed"),
        never="closed",
    ),
}


def kind_of(entry: Entry) -> Kind:
    """The kind of an object that bears, or could bear, a stamp."""
    return KINDS[entry.kind]


def words_of(entry: Entry) -> tuple[str, ...]:
    """The stamps and state words of an object, and what else stands among them."""
    return entry.all(kind_of(entry).words)


def status_of(entry: Entry) -> str:
    """The object's own status; one that is not set counts as active."""
    return entry.one(kind_of(entry).status) or "active"


def shown_name(entry: Entry) -> str:
    """The object's name as people read it."""
    return shown_address(entry.name) if "@" in entry.name else shown_domain(entry.name)


def domain_of(entry: Entry) -> str:
    """The domain that the object is, or lies in, as an A-label."""
    return mail_domain(entry.name.rpartition("@")[2])
