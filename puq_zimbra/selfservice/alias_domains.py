"""Domain aliases: further domains whose mail goes to the mailboxes of the same name.

They bear no stamp: each belongs to the service whose domain it points to.

Source: the administration console's four attributes, recorded on a genuine server; `service/admin/
{Create,Delete}Domain.java` (what is deleted must be empty; a domain's type cannot be changed).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import (
    N_,
    Conflict,
    DomainExists,
    DomainNotEmpty,
    NoSuchDomain,
    NotFound,
    Refused,
)
from puq_zimbra.naming import NameSettings
from puq_zimbra.provisioning import domains as mail_domains
from puq_zimbra.provisioning import ownership, stamp_search
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.request import Request
from puq_zimbra.selfservice import limits, scope
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

TARGET = "zimbraDomainAliasTargetId"
_ATTRIBUTES = (*mail_domains.ATTRIBUTES, TARGET)
GONE = N_("This domain alias is not there any more.")
TAKEN = N_("This domain is on the mail server already: choose another one.")


def of_service(zimbra: Zimbra, request: Request, domains: Sequence[Entry]) -> list[Entry]:
    """The alias domains of a service's domains, in order."""
    return of_request(request, stamp_search.alias_domains_of(zimbra, domains))


def of_request(request: Request, found: Sequence[Entry]) -> list[Entry]:
    """Those of some alias domains that belong to the request's service, in order."""
    mine = (one for one in found if ownership.goes_with(one, request.stamp))
    return sorted(mine, key=shown_name)


def get(zimbra: Zimbra, request: Request, stamped: Entry, identity: str) -> tuple[Entry, Entry]:
    """An alias domain of the service by Zimbra's id, and the domain that it points to.

    Raises:
        NotFound: there is none, or it is not the customer's.
    """
    alias = _read(zimbra, identity, "id")
    targets = {one.id: one for one in scope.domains_of(zimbra, request, stamped)}
    if alias is None or not _is_mine(request, alias, targets):
        raise NotFound(GONE)
    return alias, targets[alias.one(TARGET) or ""]


def _read(zimbra: Zimbra, value: str, by: str) -> Entry | None:
    try:
        return zimbra.get_domain(value, by, _ATTRIBUTES)
    except NoSuchDomain:
        return None


def _is_mine(request: Request, alias: Entry, targets: dict[str, Entry]) -> bool:
    ownership.require_visible(alias)
    points_here = mail_domains.is_alias(alias) and alias.one(TARGET) in targets
    return points_here and ownership.goes_with(alias, request.stamp)


@dataclass(frozen=True)
class Wanted:
    """A domain that may become an alias as far as Zimbra and the plan go."""

    #: the domain to which it shall point
    target: Entry
    #: domains of the service by Zimbra's id
    targets: dict[str, Entry]
    #: it is one already
    is_there: bool


def require_free(
    zimbra: Zimbra, request: Request, target_name: str, name: str, settings: NameSettings
) -> Wanted:
    """Have a domain be one that may become an alias; whose it is, is not asked here.

    ``target_name`` "" is the first domain.

    Raises:
        FieldErrors: it cannot be had.
        Refused: the plan allows no more.
    """
    stamped = scope.open_service(zimbra, request)
    domains = scope.domains_of(zimbra, request, stamped)
    target = scope.domain(zimbra, request, stamped, target_name)
    targets = {one.id: one for one in domains}
    if (found := _read(zimbra, name, "name")) is not None:
        if not _is_mine(request, found, targets) or found.one(TARGET) != target.id:
            raise wrong("domain", TAKEN)
        return Wanted(target, targets, is_there=True)
    limits.require_alias_domains(request, len(of_service(zimbra, request, domains)))
    _require_name(zimbra, request, name, settings)
    return Wanted(target, targets, is_there=False)


def add(
    zimbra: Zimbra,
    request: Request,
    target_name: str,
    name: str,
    settings: NameSettings,
    require_proof: Callable[[], None],
) -> bool:
    """Make a domain an alias of one of the service's domains; whether it was made now.

    ``require_proof`` refuses a domain that is not the customer's.

    Raises:
        FieldErrors: it cannot be had.
        Refused: the plan allows no more.
    """
    wanted = require_free(zimbra, request, target_name, name, settings)
    if wanted.is_there:
        return False
    require_proof()
    try:
        made = zimbra.create_domain(
            name,
            {
                "zimbraDomainType": "alias",
                TARGET: wanted.target.id,
                "zimbraMailCatchAllAddress": f"@{name}",
                "zimbraMailCatchAllForwardingAddress": f"@{domain_of(wanted.target)}",
            },
        )
    except DomainExists as error:
        raise wrong("domain", TAKEN) from error
    fresh = _read(zimbra, made.id, "id")
    if fresh is None or not _is_mine(request, fresh, wanted.targets):
        raise Conflict("Zimbra did not keep the domain alias %(name)s.", name=shown_domain(name))
    return True


def _require_name(zimbra: Zimbra, request: Request, name: str, settings: NameSettings) -> None:
    # Loaded only here: the public suffixes cost every other hook's start a while.
    from puq_zimbra.provisioning import names

    purchase = request.purchase.model_copy(update={"domain": name})
    try:
        names.require_domain(zimbra, request.model_copy(update={"service": purchase}), settings)
    except Refused as error:
        raise wrong("domain", error.message, **error.values) from error


def remove(zimbra: Zimbra, request: Request, identity: str) -> str | None:
    """Remove an alias domain; its name, or None if it is gone already.

    Raises:
        NotFound: it is not the customer's.
        Refused: it is not empty.
        Conflict: Zimbra says that it is gone, and it is there.
    """
    stamped = scope.open_service(zimbra, request)
    if _read(zimbra, identity, "id") is None:
        domains = scope.domains_of(zimbra, request, stamped)
        if identity in (one.id for one in of_service(zimbra, request, domains)):
            raise Conflict("Zimbra did not find this domain, and lists it: try again.")
        return None
    alias, _ = get(zimbra, request, stamped, identity)
    if held := zimbra.count_directory("aliases", "", domain_of(alias)):
        raise Refused(
            "Aliases of mailboxes lie in %(name)s (%(number)s): remove them first.",
            number=held,
            name=shown_name(alias),
        )
    try:
        zimbra.delete_domain(alias.id)
    except NoSuchDomain as error:
        if _read(zimbra, identity, "id") is None:
            return None
        message = "Zimbra did not remove the domain %(name)s: try again."
        raise Conflict(message, name=shown_name(alias)) from error
    except DomainNotEmpty as error:
        raise Refused(
            "%(name)s holds entries that only an administrator sees: ask your provider.",
            name=shown_name(alias),
        ) from error
    return shown_name(alias)
