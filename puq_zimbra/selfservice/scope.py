"""What in Zimbra a service's customer may see and touch.

domain    the mailboxes, lists and aliases of the stamped domain
mailbox   the stamped account alone
server    those of every domain of the Zimbra that bears no other service's stamp

System accounts, global administrators and calendar resources are no mailboxes of his.

Source: zimbra-attrs.xml (zimbraIsSystemAccount, zimbraIsSystemResource, zimbraIsAdminAccount).
"""

from __future__ import annotations

from puq_zimbra import products
from puq_zimbra.errors import NoSuchAccount, NotFound, Refused
from puq_zimbra.provisioning import ownership, suspension
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Along
from puq_zimbra.zimbra.client import Zimbra

#: marks of accounts that are no customer's
SYSTEM = ("zimbraIsSystemAccount", "zimbraIsSystemResource", "zimbraIsAdminAccount")
#: the filter that leaves them out
NOT_SYSTEM = "".join(f"(!({one}=TRUE))" for one in SYSTEM)

GONE = "This mailbox is not there any more."


def open_service(zimbra: Zimbra, request: Request) -> Entry:
    """The object that bears the service's stamp, if its customer may change anything.

    Raises:
        NotFound: there is none.
        Refused: the service is suspended, ends, or is not made yet.
    """
    stamped = products.get(zimbra, request)
    ownership.require_created(stamped)
    ownership.require_whole(stamped)
    state = suspension.standing(stamped)["state"]
    if state != "active":
        raise Refused("Your service is not active, so nothing can be changed now.")
    return stamped


def domains_of(zimbra: Zimbra, request: Request, stamped: Entry) -> list[Entry]:
    """The service's domains, the one that bears the stamp first; none for model ``mailbox``."""
    if stamped.kind == "account":
        return []
    return products.of(request).everything(zimbra, stamped)


def is_system(account: Entry) -> bool:
    """Whether an account read with the attributes `SYSTEM` is no customer's."""
    resource = account.one("zimbraAccountCalendarUserType") == "RESOURCE"
    return resource or any(account.one(one) == "TRUE" for one in SYSTEM)


def mailbox(
    zimbra: Zimbra,
    request: Request,
    stamped: Entry,
    identity: str,
    attrs: tuple[str, ...],
    *,
    shut: bool = False,
    along: Along[Zimbra] | None = None,
) -> Entry:
    """A mailbox of the service by Zimbra's id, with the attributes asked for.

    ``shut``: also one that is in the bin. ``along``: other reads that the request takes with it.

    Raises:
        NotFound: there is none, or it is not the customer's.
        Refused: it is in the bin, and ``shut`` does not allow that.
    """
    own = ("zimbraAccountStatus", "zimbraAccountCalendarUserType")
    wanted = tuple(dict.fromkeys((*attrs, *SYSTEM, *own)))
    try:
        if along is None:
            account = zimbra.get_account(identity, "id", wanted)
        else:
            (account,) = along.send(lambda one: one.get_account(identity, "id", wanted))
    except NoSuchAccount as error:
        raise NotFound(GONE) from error
    if is_system(account) or not _is_inside(zimbra, request, stamped, account):
        raise NotFound(GONE)
    # What is changed in the bin would not be as it was after its restoration.
    if account.one("zimbraAccountStatus") == "pending" and not shut:
        raise Refused("This mailbox is in the bin: restore it first.")
    return account


def _is_inside(zimbra: Zimbra, request: Request, stamped: Entry, account: Entry) -> bool:
    if stamped.kind == "account":
        return account.id == stamped.id
    if domain_of(account) == domain_of(stamped):
        return True
    if not products.of(request).IS_WHOLE_ZIMBRA:
        return False
    names = {domain_of(one) for one in domains_of(zimbra, request, stamped)}
    return domain_of(account) in names


def domain(zimbra: Zimbra, request: Request, stamped: Entry, name: str) -> Entry:
    """One of the service's domains by its name; the first one for "".

    Raises:
        NotFound: it is not the customer's.
    """
    if stamped.kind == "domain" and name in ("", domain_of(stamped)):
        return stamped
    for one in domains_of(zimbra, request, stamped):
        if domain_of(one) == name:
            return one
    raise NotFound("This domain is not part of the service.")


__all__ = [
    "GONE",
    "NOT_SYSTEM",
    "SYSTEM",
    "domain",
    "domains_of",
    "is_system",
    "mailbox",
    "open_service",
]
