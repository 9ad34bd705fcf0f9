"""Further addresses of a mailbox.

An alias equal to a list's address is refused by Zimbra with an entry left behind that blocks the
domain's deletion, so lists are looked for first; what a refusal left is taken away at once.

Source: `service/admin/{AddAccountAlias,RemoveAccountAlias}.java`; recorded aliases of a genuine
server.
"""

from __future__ import annotations

from contextlib import suppress

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, AddressExists, Conflict, Fault, Refused, RequestRefused
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.filters import equal

ATTRIBUTE = "zimbraMailAlias"
TAKEN = N_("This address is taken: by a mailbox, an alias or a list.")


def held(account: Entry) -> tuple[str, ...]:
    """The aliases of a mailbox read with zimbraMailAlias, in order."""
    return tuple(sorted(account.all(ATTRIBUTE)))


def count(zimbra: Zimbra, domain: Entry) -> int:
    """The aliases in a domain."""
    return zimbra.count_directory("aliases", "", domain_of(domain))


def add(zimbra: Zimbra, request: Request, identity: str, name: str, domain_name: str) -> str:
    """Give a mailbox a further address; that address.

    ``domain_name`` is one of the service's domains, "" = the mailbox's own.

    Raises:
        FieldErrors: the address is taken.
        Refused: the plan allows no more aliases.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, (ATTRIBUTE,))
    domain = scope.domain(zimbra, request, stamped, domain_name or domain_of(account))
    alias = f"{name}@{domain_of(domain)}"
    if _has(account, alias):
        return shown_address(alias)
    most = request.purchase.plan.aliases
    if most is not None and (there := count(zimbra, domain)) >= most:
        raise Refused(
            "Your plan allows %(most)s aliases and %(held)s are there: remove one, or order a"
            " bigger plan.",
            most=most,
            held=there,
        )
    lists = "distributionlists,dynamicgroups"
    if zimbra.search_page(lists, equal("mail", alias), (), domain_of(domain), limit=1):
        raise wrong("name", TAKEN)
    try:
        zimbra.add_account_alias(account.id, alias)
    except (AddressExists, RequestRefused) as error:
        if not isinstance(error, AddressExists):
            with suppress(Fault):  # what the refusal left behind, if anything
                zimbra.remove_account_alias(account.id, alias)
        raise wrong("name", TAKEN) from error
    if not _has(zimbra.get_account(account.id, "id", (ATTRIBUTE,)), alias):
        raise Conflict("Zimbra did not keep the alias %(alias)s.", alias=shown_address(alias))
    return shown_address(alias)


def _has(account: Entry, alias: str) -> bool:
    """Whether a mailbox has an alias; Zimbra may write a foreign domain in its own letters."""
    return shown_address(alias) in map(shown_address, account.all(ATTRIBUTE))


def remove(zimbra: Zimbra, request: Request, identity: str, alias: str) -> str:
    """Take an alias away from a mailbox, if it has it; that address. Lists lose it, too."""
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, (ATTRIBUTE,))
    asked = shown_address(alias.lower())
    found = [one for one in account.all(ATTRIBUTE) if shown_address(one.lower()) == asked]
    for one in found:
        zimbra.remove_account_alias(account.id, one)
    return shown_address(alias)
