"""Find domains and mailboxes by their stamps.

Zimbra's own look-ups by foreign name ignore case, are not unique and may be out of date, so the
directory is searched and each stamp compared exactly. Alias domains belong to the domain that they
point to and are not services, with its stamp or without.

Source: `service/admin/SearchDirectory.java`; recorded look-ups by foreign name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from puq_zimbra.errors import Conflict, Misconfigured, NoSuchAccount, Unavailable
from puq_zimbra.provisioning import accounts, domains, ownership
from puq_zimbra.provisioning.entries import KINDS, domain_of, shown_name
from puq_zimbra.request import STAMP_PREFIX, Request
from puq_zimbra.zimbra import directory, filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Asked
from puq_zimbra.zimbra.client import Zimbra

#: the id of the domain that an alias domain points to
_TARGET = "zimbraDomainAliasTargetId"
#: names that a message lists
_SHOWN = 10


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
    #: name of a domain, also of one that is no service -> id of the class of service that it names
    default_cos: Mapping[str, str]


def is_global_administrator(zimbra: Zimbra) -> bool:
    """Whether our account sees, and may mark, every domain."""
    name = zimbra.server.username or ""
    account = zimbra.get_account(name, "name", ("zimbraIsAdminAccount",))
    return account.one("zimbraIsAdminAccount") == "TRUE"


def require_global_administrator(zimbra: Zimbra) -> None:
    """Refuse an administrator of Zimbra that does not see, or may not mark, every domain.

    To any other Zimbra shows a part of the domains without saying so.

    Raises:
        Misconfigured: the account is none, or its name lacks the domain.
    """
    try:
        is_global = is_global_administrator(zimbra)
    except NoSuchAccount as error:
        name = zimbra.server.username or ""
        if "@" in name:
            raise
        # It logs in by its own domain all the same.
        raise Misconfigured(
            "The user name %(name)s is no whole address: write it with its domain, such as"
            " admin@firma.example.",
            name=name,
            server=zimbra.server.named,
        ) from error
    if not is_global:
        raise Misconfigured(
            "The Zimbra account %(name)s is not a global administrator: only those see every"
            " domain and can mark it as a service's.",
            name=zimbra.server.username or "",
            server=zimbra.server.named,
        )


def alias_domains_of(zimbra: Zimbra, domains_: Sequence[Entry]) -> list[Entry]:
    """The alias domains that point to some domains, whichever service they belong to."""
    return list(zimbra.search_directory("domains", *_aliases_of(domains_)))


def asking_alias_domains(domains_: Sequence[Entry]) -> Asked:
    """The request for the first page of them."""
    arguments = directory.page_arguments("domains", *_aliases_of(domains_), limit=directory.PAGE)
    return "SearchDirectory", arguments


def _aliases_of(domains_: Sequence[Entry]) -> tuple[str, tuple[str, ...]]:
    """The filter that finds them, and the attributes that are read."""
    targets = "".join(filters.equal(_TARGET, domain.id) for domain in domains_)
    return f"(&(zimbraDomainType=alias)(|{targets}))", (_TARGET, KINDS["domain"].words)


def count_alias_domains(zimbra: Zimbra, stamp: str, entries: Sequence[Entry]) -> dict[str, int]:
    """How many alias domains each of a service's domains has, by the domain's id."""
    found = alias_domains_of(zimbra, entries)
    ours = (alias for alias in found if ownership.goes_with(alias, stamp))
    return Counter(alias.one(_TARGET) or "" for alias in ours)


def find_domains(zimbra: Zimbra) -> SoldDomains:
    """Every domain that is a service, as far as we may see them."""
    name = KINDS["domain"].words
    begins = filters.begins(name, STAMP_PREFIX)
    query = f"(|{begins}(zimbraDomainType=alias)(zimbraDomainDefaultCOSId=*))"
    aliases: list[Entry] = []
    default_cos: dict[str, str] = {}
    found: list[Entry] = []
    for domain in zimbra.search_directory("domains", query, (*domains.ATTRIBUTES, _TARGET)):
        if name in domain.denied:
            continue  # not shown to a delegated administrator
        if domains.is_alias(domain):
            aliases.append(domain)
        else:
            found.append(domain)
            default_cos[domain.name] = domain.one("zimbraDomainDefaultCOSId") or ""
    services, unclear = _clear(found, STAMP_PREFIX)
    owners = {stamped.id: stamp for stamp, stamped in services.items()}
    counts: Counter[str] = Counter()
    for alias in aliases:
        target = alias.one(_TARGET) or ""
        counts[target] += ownership.goes_with(alias, owners.get(target, ""))
    return SoldDomains(services, unclear, counts, default_cos)


def find_all(zimbra: Zimbra, installation: str | None = None) -> Stamped:
    """Every service of an installation, or of all installations, on a Zimbra.

    Raises:
        Misconfigured: we do not see everything.
    """
    require_global_administrator(zimbra)
    prefix = STAMP_PREFIX + (f"{installation}:" if installation else "")
    return Stamped(*_clear(_stamped(zimbra, STAMP_PREFIX, whole=False), prefix))


def _clear(entries: Iterable[Entry], prefix: str) -> tuple[dict[str, Entry], frozenset[str]]:
    """The stamps of a prefix that are on one object alone, and those that are not."""
    by_stamp: dict[str, list[Entry]] = {}
    for entry in entries:
        for stamp in ownership.stamps(entry):
            if stamp.startswith(prefix):
                by_stamp.setdefault(stamp, []).append(entry)
    clear = {
        stamp: found[0]
        for stamp, found in by_stamp.items()
        if len(found) == 1 and len(ownership.stamps(found[0])) == 1 and stamp.count(":") == 2
    }
    return clear, frozenset(by_stamp) - frozenset(clear)


def refuse_if_shared(zimbra: Zimbra) -> None:
    """Refuse a Zimbra that holds other services.

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


def refuse_to_take(zimbra: Zimbra) -> None:
    """Refuse a Zimbra that holds more than its global administrators' domains.

    Raises:
        Conflict: a private server's service would take over what it holds.
    """
    held = []
    for domain in zimbra.search_directory("domains", "", domains.ATTRIBUTES):
        is_alias = domain.one("zimbraDomainType") == "alias"  # it goes with what it points to
        if not is_alias and not domains.holds_a_global_administrator(zimbra, domain):
            held.append(shown_name(domain))
    if held:
        more = [f"+ {len(held) - _SHOWN}"] if len(held) > _SHOWN else []
        raise Conflict(
            "This Zimbra holds domains that a private server would take over: %(names)s; nothing"
            " was changed. If they are the customer's, create it with take_existing (in WHMCS the"
            " button Take over).",
            names=", ".join([*sorted(held)[:_SHOWN], *more]),
        )


def stamped_with(zimbra: Zimbra, stamp: str) -> list[Entry]:
    """Every domain and mailbox that bears a stamp, also beside another one."""
    return [one for one in _stamped(zimbra, stamp) if stamp in ownership.stamps(one)]


def refuse_if_elsewhere(zimbra: Zimbra, request: Request) -> None:
    """Refuse a service whose stamp is on an object of another name than the call's.

    Raises:
        Conflict: the host names another domain or address than the service has.
    """
    for entry in stamped_with(zimbra, request.stamp):
        ownership.require_named(entry, request)


def find_stamped(zimbra: Zimbra, request: Request) -> Entry | None:
    """The object that bears the service's stamp, of a service that its name did not lead to.

    Raises:
        Conflict: there are several; or it was sold as another model.
        NotOurs: another service's stamp stands beside it.
        Unavailable: it has the service's name, which Zimbra has just denied.
    """
    found = stamped_with(zimbra, request.stamp)
    if not found:
        return None
    if len(found) > 1:
        raise Conflict(
            "The stamp %(stamp)s stands on several objects: %(names)s. An administrator must put"
            " their stamps right.",
            stamp=request.stamp,
            names=", ".join(sorted(shown_name(one) for one in found)),
        )
    ownership.require_ours(found[0], request)
    if shown_name(found[0]) == request.shown_name:
        raise Unavailable(
            "Zimbra says of %(name)s both that it exists and that it does not: try again in a"
            " minute.",
            name=request.shown_name,
        )
    return found[0]


def is_marked_elsewhere(zimbra: Zimbra, request: Request) -> bool:
    """Whether a mailbox in another service's domain bears the stamp: moved there, or forged."""
    words = filters.equal(KINDS["account"].words, request.stamp)
    return any(
        request.stamp in ownership.stamps(account) and _is_stamped(zimbra, domain_of(account))
        for account in _search(zimbra, "accounts", words, accounts.ATTRIBUTES)
    )


def _stamped(zimbra: Zimbra, stamp: str, *, whole: bool = True) -> list[Entry]:
    """Every domain and mailbox that bears a stamp, or, if it is not ``whole``, one that begins so.

    A domain's own administrator can write our mark on its mailboxes: in a domain that bears a stamp
    it counts for nothing.
    """
    query = filters.equal if whole else filters.begins
    found = _search(zimbra, "domains", query(KINDS["domain"].words, stamp), domains.ATTRIBUTES)
    stamped = {domain_of(one): True for one in found if ownership.stamps(one)}

    def counts(account: Entry) -> bool:
        name = domain_of(account)
        if whole and name not in stamped:  # only domains with this very stamp were found
            stamped[name] = _is_stamped(zimbra, name)
        return not stamped.get(name, False)

    words = query(KINDS["account"].words, stamp)
    accounts_ = filter(counts, _search(zimbra, "accounts", words, accounts.ATTRIBUTES))
    return [*(one for one in found if not domains.is_alias(one)), *accounts_]


def _is_stamped(zimbra: Zimbra, name: str) -> bool:
    domain = domains.find(zimbra, name)
    if domain is None:
        return False
    ownership.require_visible(domain)
    return bool(ownership.stamps(domain))


def _search(zimbra: Zimbra, types: str, query: str, attributes: tuple[str, ...]) -> list[Entry]:
    found = list(zimbra.search_directory(types, query, attributes))
    for entry in found:
        ownership.require_visible(entry)
    return found
