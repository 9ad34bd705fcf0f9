"""What is sold: one file per model, each with the same functions, which `Product` lists.

domain    the domain that bears the stamp, with all its mailboxes
mailbox   the account that bears the stamp
server    every domain of the Zimbra that bears no other service's stamp; the first one bears it

No other code asks which model a service is. A service is found by its stamp and changed by the id
of the stamped object; its name is only where to look first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from puq_zimbra.config import Config
from puq_zimbra.errors import NotFound, Refused
from puq_zimbra.products import domain, mailbox, server
from puq_zimbra.provisioning import ownership, plans, stamp_search
from puq_zimbra.provisioning.changes import Steps
from puq_zimbra.provisioning.entries import Changes, shown_name
from puq_zimbra.readings import MailboxUsage
from puq_zimbra.request import Model, Request, Service
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


class Product(Protocol):
    """What a model's module offers; ``stamped`` is the object that bears the service's stamp."""

    #: whether the customer has an administrator, who makes the mailboxes
    HAS_ADMINISTRATOR: bool
    #: whether all of a Zimbra is the service's
    IS_WHOLE_ZIMBRA: bool

    # -- find ------------------------------------------------------------------------------------

    def at(self, zimbra: Zimbra, request: Request) -> Entry | None:
        """The object of the service's name, whichever service has it; None = there is none."""

    def is_ours(self, zimbra: Zimbra, entry: Entry, request: Request) -> bool:
        """Whether an object bears the service's stamp in a place where that counts."""

    def require_ours(self, zimbra: Zimbra, entry: Entry, request: Request) -> None:
        """Refuse the object of the service's name unless it is the service's."""

    def require_place(self, zimbra: Zimbra, entry: Entry, request: Request) -> None:
        """Refuse the object of the service's name where the model cannot be sold."""

    def require_touchable(self, stamped: Entry) -> None:
        """Refuse an object that no customer may be given."""

    def is_marked_elsewhere(self, zimbra: Zimbra, request: Request) -> bool:
        """Whether the stamp stands where it does not count: moved there, or forged."""

    def renamed(self, purchase: Service, stamped: Entry) -> Service:
        """The purchase with the name that its object has in Zimbra."""

    def everything(self, zimbra: Zimbra, stamped: Entry) -> list[Entry]:
        """Every object that a suspension shuts, the stamped one first."""

    def domain_around(self, zimbra: Zimbra, stamped: Entry) -> Entry | None:
        """The domain that it is or lies in; None if that is gone."""

    def administrators(self, zimbra: Zimbra, request: Request, stamped: Entry) -> list[Entry]:
        """The accounts that may be the customer's administrator; none for a mailbox."""

    def log_in_account(self, zimbra: Zimbra, request: Request, stamped: Entry) -> Entry:
        """The customer's account: the mailbox sold, else the administrator's."""

    # -- create and adopt ------------------------------------------------------------------------

    def require_new(
        self, zimbra: Zimbra, request: Request, stamped: Entry | None, config: Config
    ) -> None:
        """Refuse what must not be made; ``stamped`` was made by an earlier call."""

    def is_complete(self, zimbra: Zimbra, request: Request, stamped: Entry) -> bool:
        """Whether a creation has nothing to make."""

    def require_granted(self, zimbra: Zimbra, request: Request, cos: Entry | None) -> None:
        """Refuse a plan that Zimbra would not grant with that class of service."""

    def creation(
        self, zimbra: Zimbra, request: Request, stamped: Entry | None, cos: Entry | None
    ) -> Steps[Sequence[Entry]]:
        """Make the service, or finish what an earlier call began; what was made."""

    def read_back(
        self, zimbra: Zimbra, request: Request, objects: Sequence[Entry], cos: Entry | None
    ) -> Entry:
        """Read a new service afresh, and see that it holds what was written.

        Raises:
            Conflict: it does not.
        """

    def welcome(self, request: Request) -> dict[str, Any]:
        """What the welcome mail needs."""

    def find_to_adopt(self, zimbra: Zimbra, request: Request, config: Config) -> Entry | None:
        """What has the service's name, if it can be sold under this model."""

    def require_unclaimed(self, zimbra: Zimbra, request: Request) -> None:
        """Refuse a Zimbra on which unstamped objects belong to another service."""

    def plan_words(self, request: Request) -> list[str]:
        """What is noted of the plan beside the stamp, since no attribute of Zimbra's says it."""

    # -- hold against a plan ---------------------------------------------------------------------

    def changes_to_fit(
        self, request: Request, stamped: Entry, cos: Entry | None, system_accounts: int
    ) -> Changes:
        """What must be written so that the stamped object holds the plan."""

    def limits_before(self, stamped: Entry, system_accounts: int) -> dict[str, int | None]:
        """The limits that hold so far, as far as Zimbra or our note beside the stamp says them."""

    def refusals(
        self,
        zimbra: Zimbra,
        purchase: Service,
        everything: Sequence[Entry],
        mailboxes: Sequence[MailboxUsage],
    ) -> Iterator[Refused]:
        """Refusals of a plan below what the service holds and uses."""

    def under_class(
        self,
        zimbra: Zimbra,
        stamped: Entry,
        changes: Changes,
        mailboxes: Sequence[MailboxUsage],
    ) -> Sequence[MailboxUsage]:
        """The mailboxes whose quota is that of the service's class of service."""

    def quotas_in_force(
        self, zimbra: Zimbra, request: Request, cos: Entry | None, everything: Sequence[Entry]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Where Zimbra allows a mailbox less than was sold: a name, and what it allows and why."""

    # -- suspend ---------------------------------------------------------------------------------

    def with_sign_out(self, stamped: Entry, changes: Changes) -> Changes:
        """The changes that begin a suspension, with what ends the sessions of before."""


PRODUCTS: Mapping[Model, Product] = {"domain": domain, "mailbox": mailbox, "server": server}


def of(request: Request) -> Product:
    """The product that a call is about."""
    return PRODUCTS[request.purchase.model]


def find(zimbra: Zimbra, request: Request) -> Entry | None:
    """The object that bears the service's stamp, whatever it is called now, or None.

    The name that the host says is only where to look first.

    Raises:
        NotOurs: an object of that name is another service's, and nothing bears the stamp.
        Conflict: the stamp stands on several objects.
    """
    product = of(request)
    named = product.at(zimbra, request)
    if named is not None:
        ownership.require_visible(named)
        if product.is_ours(zimbra, named, request):
            return _customers(product, named, request)
    found = stamp_search.find_stamped(zimbra, request)
    if found is None and named is not None:
        product.require_ours(zimbra, named, request)
    return found and _customers(product, found, request)


def _customers(product: Product, stamped: Entry, request: Request) -> Entry:
    """The stamped object, if a customer may have it and it was sold as the call says."""
    ownership.require_ours(stamped, request)
    product.require_touchable(stamped)
    return stamped


def get(zimbra: Zimbra, request: Request) -> Entry:
    """The object that bears the service's stamp, whatever it is called now.

    Raises:
        NotFound: there is none.
        NotOurs: an object of that name is another service's, and nothing bears the stamp.
        Conflict: the stamp stands on several objects.
    """
    found = find(zimbra, request)
    if found is not None:
        return found
    name = request.shown_name
    if of(request).is_marked_elsewhere(zimbra, request):
        raise NotFound(
            "%(name)s does not exist in Zimbra: a mailbox with its stamp lies in a domain that is"
            " another service, and belongs to that one.",
            name=name,
        )
    raise NotFound("%(name)s does not exist in Zimbra.", name=name)


def everything(zimbra: Zimbra, request: Request, stamped: Entry) -> list[Entry]:
    """Every object that a suspension shuts, the stamped one first."""
    return of(request).everything(zimbra, stamped)


def log_in_account(zimbra: Zimbra, request: Request, stamped: Entry) -> Entry:
    """The account of the customer: the mailbox sold, else the administrator's.

    Raises:
        NotFound: the administrator's mailbox is gone.
        Conflict: several may be the administrator.
    """
    return of(request).log_in_account(zimbra, as_found(request, stamped), stamped)


def class_too_small(
    zimbra: Zimbra,
    request: Request,
    stamped: Entry,
    changes: Changes,
    mailboxes: Sequence[MailboxUsage],
) -> Iterator[Refused]:
    """Refusals of a new class of service whose quota is below what a mailbox under it uses."""
    under_class = partial(of(request).under_class, zimbra, stamped, changes, mailboxes)
    return plans.class_too_small(zimbra, stamped, changes, under_class)


def as_found(request: Request, stamped: Entry) -> Request:
    """The call with the name that the service's object has in Zimbra."""
    if shown_name(stamped) == request.shown_name:
        return request
    purchase = of(request).renamed(request.purchase, stamped)
    return request.model_copy(update={"service": purchase})
