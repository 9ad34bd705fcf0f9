"""Keys with which Zimbra signs a domain's mail: made here, written once their record is found.

Zimbra signs with one key a domain. A key that is written before its record is in DNS would make
every message look forged, so the record comes first. The record of the key before is needed until
mail that was signed with it has arrived.

Source: a genuine server (the class DKIM must come with the attributes, selectors are unique on the
server, and a domain's rename drops the key). Not tried with a mail server that signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from puq_zimbra.dns import dkim
from puq_zimbra.dns.dkim import PublicKey
from puq_zimbra.errors import N_, Conflict, Refused
from puq_zimbra.provisioning.entries import domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import alias_domains, scope
from puq_zimbra.store.dkim import DkimKeys, StoredKey
from puq_zimbra.store.dns import DomainKey
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: days for which the record of a key that was replaced is still needed
OLD_RECORD_DAYS = 7
NOT_THERE = N_(
    "The record of the new key is not in the DNS of %(domain)s yet, or is not visible yet: nothing"
    " was changed."
)

#: name of a record -> its TXT values; None = unknown
Texts = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True)
class Used:
    """What became of a key that was to be used."""

    #: in U-label form
    domain: str
    #: false if Zimbra used it already
    changed: bool


def domains(zimbra: Zimbra, request: Request, stamped: Entry) -> list[Entry]:
    """The domains that have records of their own: the service's, then its domain aliases."""
    own = scope.domains_of(zimbra, request, stamped)
    return [*own, *alias_domains.of_service(zimbra, request, own)]


def chosen(zimbra: Zimbra, request: Request, stamped: Entry, name: str) -> Entry:
    """One of these domains by its name; the first one for "".

    Raises:
        Refused: it is not the customer's.
    """
    found = [one for one in domains(zimbra, request, stamped) if name in ("", domain_of(one))]
    if not found:
        raise Refused("This domain is not part of the service.")
    return found[0]


def key_of(request: Request, domain: str) -> DomainKey:
    """How the store calls a domain of the service."""
    return DomainKey(request.installation_id, request.purchase.id, domain)


def in_use(zimbra: Zimbra, domain: str) -> PublicKey | None:
    """The key with which Zimbra signs a domain's mail."""
    return dkim.of_zimbra(*zimbra.signing_key(domain))


def make(keys: DkimKeys, key: DomainKey, at: int) -> StoredKey:
    """Make a key that waits for its record, unless one does already."""
    waiting = keys.waiting(key)
    if waiting is not None:
        return waiting
    pair = dkim.make_pair()
    return keys.keep(key, pair.public.selector, pair.public.public, pair.private, at)


def use(
    zimbra: Zimbra, request: Request, keys: DkimKeys, domain: Entry, texts: Texts, at: int
) -> Used:
    """Have Zimbra sign with the key that waits, if its record is in DNS.

    Raises:
        Refused: no key waits, or its record is not found.
        Conflict: Zimbra did not keep it.
    """
    name = domain_of(domain)
    key, shown = key_of(request, name), shown_domain(name)
    waiting, now = keys.waiting(key), in_use(zimbra, name)
    if waiting is None:
        return _nothing_waits(keys, key, now, shown)
    if now is not None and now.selector == waiting.selector:
        keys.used(key, waiting.selector, at)  # an earlier call wrote it and broke off
        return Used(shown, changed=True)
    public = PublicKey(waiting.selector, waiting.public)
    if not dkim.publishes(texts(public.name_in(name)) or (), public):
        raise Refused(NOT_THERE, domain=shown)
    private = _private(keys, key, waiting.selector, shown)
    if now is not None:
        keys.note_in_use(key, now.selector, now.public, at)
    _write(zimbra, domain, public, private)
    kept = in_use(zimbra, name)
    if kept is None or kept.selector != waiting.selector or kept.public != waiting.public:
        raise Conflict("Zimbra did not keep the key of %(domain)s.", domain=shown)
    keys.used(key, waiting.selector, at)
    return Used(shown, changed=True)


def _private(keys: DkimKeys, key: DomainKey, selector: str, shown: str) -> str:
    try:
        private = keys.private(key, selector)
        if private is None:
            raise Conflict("The key of %(domain)s is gone: make a new one.", domain=shown)
    except Conflict:
        keys.forget(key, selector)  # else it would wait for ever, and no new one could be made
        raise
    return private


def _nothing_waits(keys: DkimKeys, key: DomainKey, now: PublicKey | None, shown: str) -> Used:
    newest = next((one for one in keys.of(key) if one.replaced_at is None), None)
    if newest is not None and now is not None and newest.selector == now.selector:
        return Used(shown, changed=False)
    raise Refused("No key of %(domain)s waits to be used: make one first.", domain=shown)


def _write(zimbra: Zimbra, domain: Entry, public: PublicKey, private: str) -> None:
    name = domain_of(domain)
    zimbra.modify_domain(
        domain.id,
        {
            "+objectClass": "DKIM",
            "DKIMSelector": public.selector,
            "DKIMKey": private,
            "DKIMPublicKey": dkim.zone_line(public),
            "DKIMDomain": name,
            "DKIMIdentity": name,
        },
    )
