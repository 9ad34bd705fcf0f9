"""Domains and accounts of Zimbra, which can bear a service's stamp: how each is read and written.

Source: zimbra-attrs.xml (zimbraForeignName and zimbraForeignPrincipal hold many values; the two
lists of statuses); `cs/account/callback/AccountStatus.java` (an account that is ``closed`` leaves
its lists for good; one that is ``pending`` keeps them, and both have zimbraMailStatus disabled).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from puq_zimbra import units
from puq_zimbra.errors import NoSuchAccount, NoSuchDomain, NotFound
from puq_zimbra.request import Model
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.messages import Attributes

#: attributes to write: values, and with - or + before the name those to take away or to add
Changes = dict[str, str | list[str]]


@dataclass(frozen=True)
class Kind:
    """What Zimbra's domains, or its accounts, have in common."""

    #: the attribute of the stamp and of the state words beside it
    words: str
    #: the attribute of the status
    status: str
    #: the attribute that names the class of service
    cos: str
    #: statuses from open to shut; a suspension never opens what an administrator has shut
    order: tuple[str, ...]
    #: a plan's suspend mode -> the status that does the same to mail here
    modes: Mapping[str, str]
    #: the status under which Zimbra refuses every change to accounts, and which we never write
    frozen: str | None
    #: the status that it gets before its contents are deleted
    while_deleted: str | None
    #: the strictest status that a suspension set before it was noted
    unnoted: str
    #: the model under which it is sold; None = its words say that
    model: Model | None
    #: what we read of it, and never more: unfiltered answers carry private keys
    attributes: tuple[str, ...]
    get: Callable[[Zimbra, str, str, tuple[str, ...]], Entry]
    modify: Callable[[Zimbra, str, Attributes], Entry]


KINDS: Mapping[str, Kind] = {
    "domain": Kind(
        "zimbraForeignName",
        "zimbraDomainStatus",
        "zimbraDomainDefaultCOSId",
        ("active", "locked", "maintenance", "closed", "suspended"),
        modes={"locked": "locked", "maintenance": "maintenance", "closed": "closed"},
        frozen="suspended",
        while_deleted="closed",
        unnoted="closed",
        model=None,
        attributes=(
            "zimbraDomainType",
            "zimbraDomainStatus",
            "zimbraDomainMaxAccounts",
            "zimbraDomainCOSMaxAccounts",
            "zimbraDomainDefaultCOSId",
            "zimbraMailDomainQuota",
            "zimbraDomainAggregateQuota",
            "zimbraDomainAggregateQuotaPolicy",
            "zimbraCreateTimestamp",
            "zimbraForeignName",
        ),
        get=Zimbra.get_domain,
        modify=Zimbra.modify_domain,
    ),
    # Never ``closed``: the account would leave its lists for good.
    "account": Kind(
        "zimbraForeignPrincipal",
        "zimbraAccountStatus",
        "zimbraCOSId",
        ("active", "lockout", "locked", "maintenance", "pending", "closed"),
        modes={"locked": "locked", "maintenance": "maintenance", "closed": "pending"},
        frozen=None,
        while_deleted=None,
        unnoted="locked",
        model="mailbox",
        attributes=(
            "displayName",
            "zimbraAccountStatus",
            "zimbraMailHost",
            "zimbraIsAdminAccount",
            "zimbraIsDelegatedAdminAccount",
            "zimbraAdminConsoleUIComponents",
            "zimbraDomainAdminMaxMailQuota",
            "zimbraPasswordModifiedTime",
            "zimbraAccountCalendarUserType",
            "zimbraCOSId",
            "zimbraMailQuota",
            "zimbraCreateTimestamp",
            "zimbraAuthTokenValidityValue",
            "zimbraForeignPrincipal",
        ),
        get=Zimbra.get_account,
        modify=Zimbra.modify_account,
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
    return units.shown_name(entry.name)


def domain_named(name: str) -> str:
    """The domain of a domain's or an address's name in Zimbra, as an A-label."""
    domain = name.rpartition("@")[2]
    try:
        return units.mail_domain(domain)
    except ValueError:  # Zimbra takes names that no domain has, such as one without a dot
        return domain.lower()


def domain_of(entry: Entry) -> str:
    """The domain that the object is, or lies in, as an A-label."""
    return domain_named(entry.name)


def sold_address(stamped: Entry) -> str:
    """The address that was sold by itself, as Zimbra writes it; "" for a domain."""
    return stamped.name if "@" in stamped.name else ""


def reread(zimbra: Zimbra, entry: Entry) -> Entry:
    """A domain or account read afresh, by its id: its name may have changed meanwhile.

    Raises:
        NotFound: it is gone.
    """
    kind = kind_of(entry)
    try:
        return kind.get(zimbra, entry.id, "id", kind.attributes)
    except (NoSuchAccount, NoSuchDomain) as error:
        raise NotFound("%(name)s does not exist in Zimbra.", name=shown_name(entry)) from error


def modify(zimbra: Zimbra, entry: Entry, changes: Attributes) -> None:
    """Change an object's attributes."""
    kind_of(entry).modify(zimbra, entry.id, changes)


def address_of(account: Entry) -> str:
    """The account's address, its domain as an A-label."""
    return f"{account.name.rpartition('@')[0]}@{domain_of(account)}"
