"""Find domains and mailboxes by their stamps.

Zimbra's own look-ups by foreign name ignore case, are not unique and may be out of date, so the
directory is searched and each stamp compared exactly. Alias domains bear their target's stamp and
are not services.

Source: `service/admin/SearchDirectory.java`; recorded look-ups by foreign name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from puq_zimbra.call import STAMP_PREFIX, Call
from puq_zimbra.errors import Conflict, Misconfigured, Unavailable
from puq_zimbra.provisioning import accounts, domains, ownership
from puq_zimbra.provisioning.kinds import KINDS, domain_of, shown_name
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


@dataclass(frozen=True)
class Stamped:
    """The services of a Zimbra."""

    #: stamp -> the one domain or account that bears it, and no other
    services: dict[str, Entry]
    #: stamps that are not clear: several on an object, or on several objects
    unclear: frozenset[str]


@dataclass(frozen=True)
class SoldDomains:
    """The services of a Zimbra that are domains or private servers."""

    #: stamp -> the one domain that bears it, and no other
    services: dict[str, Entry]
    #: stamps that are not clear
    unclear: frozenset[str]
    #: id of a domain -> how many alias domains point to it
    alias_domains: Mapping[str, int]


def is_global_administrator(zimbra: Zimbra) -> bool:
    """Whether we see, and may mark, every domain."""
    name = zimbra.server.username or ""
    account = zimbra.get_account(name, "name", ("zimbraIsAdminAccount",))
    return account.one("zimbraIsAdminAccount") == "TRUE"


def require_global_administrator(zimbra: Zimbra) -> None:
    """Let only an administrator pass who sees and may mark every domain.

    To any other Zimbra shows a part of the domains without saying so.

    Raises:
        Misconfigured: the account is none.
    """
    if not is_global_administrator(zimbra):
        raise Misconfigured(
            "The Zimbra account %(name)s is not a global administrator: only those see every"
            " domain and can mark it as a service's.",
            name=zimbra.server.username or "",
        )


def alias_domains_of(zimbra: Zimbra, entries: Sequence[Entry]) -> dict[str, int]:
    """How many alias domains point to each of some domains, by its id."""
    targets = "".join(f"(zimbraDomainAliasTargetId={domain.id})" for domain in entries)
    query = f"(&(zimbraDomainType=alias)(|{targets}))"
    attribute = "zimbraDomainAliasTargetId"
    found = zimbra.search_directory("domains", query, (attribute,))
    return Counter(one.one(attribute) or "" for one in found)


def find_domains(zimbra: Zimbra) -> SoldDomains:
    """Every domain that is a service, as far as we may see them."""
    name = KINDS["domain"].words
    query = f"(|({name}={STAMP_PREFIX}*)(zimbraDomainType=alias))"
    aliases: Counter[str] = Counter()
    found = []
    attributes = (*domains.ATTRIBUTES, "zimbraDomainAliasTargetId")
    for domain in zimbra.search_directory("domains", query, attributes):
        if name in domain.denied:
            continue  # not shown to a delegated administrator: whose it is is not ours to know
        if domain.one("zimbraDomainType") == "alias":
            aliases[domain.one("zimbraDomainAliasTargetId") or ""] += 1
        else:
            found.append(domain)
    services, unclear = _clear(found, STAMP_PREFIX)
    return SoldDomains(services, unclear, aliases)


def find_all(zimbra: Zimbra, installation: str | None = None) -> Stamped:
    """Every service of an installation, or of all installations, on a Zimbra.

    Raises:
        Misconfigured: we do not see everything.
    """
    require_global_administrator(zimbra)
    prefix = STAMP_PREFIX + (f"{installation}:" if installation else "")
    return Stamped(*_clear(_bearers(zimbra, STAMP_PREFIX + "*"), prefix))


def _clear(entries: Iterable[Entry], prefix: str) -> tuple[dict[str, Entry], frozenset[str]]:
    """The stamps of a prefix that stand on one object alone, and those that do not."""
    bearers: dict[str, list[Entry]] = {}
    for entry in entries:
        for stamp in ownership.stamps(entry):
            if stamp.startswith(prefix):
                bearers.setdefault(stamp, []).append(entry)
    clear = {
        stamp: found[0]
        for stamp, found in bearers.items()
        if len(found) == 1 and len(ownership.stamps(found[0])) == 1 and stamp.count(":") == 2
    }
    return clear, frozenset(bearers) - frozenset(clear)


def refuse_if_shared(zimbra: Zimbra) -> None:
    """Let only a Zimbra pass that holds no other service.

    Raises:
        Conflict: it is not private.
    """
    found = find_all(zimbra)
    held = [shown_name(one) for one in found.services.values()] + sorted(found.unclear)
    if held:
        raise Conflict(
            "This Zimbra holds other services and cannot be sold as a private server: %(names)s.",
            names=", ".join(held[:5]),
        )


def bearers(zimbra: Zimbra, stamp: str) -> list[Entry]:
    """Every domain and mailbox that bears a stamp, also beside another one."""
    return [one for one in _bearers(zimbra, stamp) if stamp in ownership.stamps(one)]


def refuse_if_elsewhere(zimbra: Zimbra, call: Call) -> list[Entry]:
    """Stop when the service's stamp stands on an object of another name than the call's.

    Returns the objects of the call's name that bear it.

    Raises:
        Conflict: the host names another domain or address than the service has.
    """
    found = bearers(zimbra, call.stamp)
    for entry in found:
        if shown_name(entry) != call.shown_name:
            raise Conflict(
                "This service is %(held)s in Zimbra, not %(asked)s.",
                held=shown_name(entry),
                asked=call.shown_name,
            )
    return found


def require_absent(zimbra: Zimbra, call: Call) -> None:
    """Let a service pass that was not found by its name only if its stamp stands nowhere.

    Raises:
        Conflict: the host names another domain or address than the service has.
        Unavailable: it is there, which Zimbra has just denied.
    """
    if refuse_if_elsewhere(zimbra, call):
        raise Unavailable(
            "Zimbra says of %(name)s both that it exists and that it does not: try again in a"
            " minute.",
            name=call.shown_name,
        )


def _bearers(zimbra: Zimbra, stamp: str) -> list[Entry]:
    """Every domain and mailbox that bears a stamp; ``*`` at its end stands for any rest.

    A domain's own administrator can write our mark on its mailboxes: in a domain that bears a stamp
    it counts for nothing.
    """
    found = _search(zimbra, "domains", stamp, domains.ATTRIBUTES)
    sold_whole = {domain_of(one) for one in found}
    mailboxes = []
    for account in _search(zimbra, "accounts", stamp, accounts.ATTRIBUTES):
        if not stamp.endswith("*"):  # then the domains were not all found
            domain = domains.find(zimbra, domain_of(account))
            if domain is not None and ownership.stamps(domain):
                continue
        if domain_of(account) not in sold_whole:
            mailboxes.append(account)
    return [one for one in found if one.one("zimbraDomainType") != "alias"] + mailboxes


def _search(zimbra: Zimbra, types: str, stamp: str, attributes: tuple[str, ...]) -> list[Entry]:
    # A stamp holds no character that an LDAP filter would have to have escaped.
    query = f"({KINDS[types.removesuffix('s')].words}={stamp})"
    found = list(zimbra.search_directory(types, query, attributes))
    for entry in found:
        ownership.require_visible(entry)
    return found
