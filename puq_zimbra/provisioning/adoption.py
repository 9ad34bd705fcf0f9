"""Whether what exists may be taken into a service: only what nobody else has a claim on.

Source: `cs/account/ldap/LdapProvisioning.java` (the attributes of the stamp are not unique and
compared without regard to case, so any value that begins like ours counts as somebody's).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from puq_zimbra.call import STAMP_PREFIX, Call
from puq_zimbra.errors import Conflict, NotOurs
from puq_zimbra.provisioning import accounts, admins, domains, mailboxes, ownership, stamped
from puq_zimbra.provisioning.contents import Contents
from puq_zimbra.provisioning.kinds import KINDS, kind_of, shown_name, words_of
from puq_zimbra.provisioning.suspension import Changes
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: what everything of ours begins with, stamps and state words
_MARK = "puq_zimbra"


def find(zimbra: Zimbra, call: Call, sold_in: Sequence[str] | None) -> Entry | None:
    """What has the service's name; ``sold_in`` are the domains of which mailboxes are sold.

    Raises:
        NotOurs: the mailbox lies in another service's domain.
        Conflict: an alias domain, or an account that no customer may be given.
    """
    if call.sold.model != "mailbox":
        domain = domains.find(zimbra, call.domain)
        if domain is not None and domain.one("zimbraDomainType") == "alias":
            raise Conflict(
                "The domain %(domain)s is an alias of another one in Zimbra.",
                domain=call.shown_domain,
            )
        return domain
    account = accounts.find(zimbra, call)
    if account is None:
        return None
    mailboxes.require_domain(zimbra, call, sold_in)
    if admins.is_delegated(account):
        raise Conflict(
            "The mailbox %(address)s is an administrator's: it is not sold by itself.",
            address=call.shown_address,
        )
    return account


def is_ours(entry: Entry, call: Call) -> bool:
    """Whether it is the service's already; False = it is nobody's, by its own marks.

    Raises:
        NotOurs: another service's stamp stands on it.
        Conflict: it is ours as another model; or it bears a state word without a stamp, which
            would become the service's: a forgotten day of deletion, for one.
    """
    ownership.require_visible(entry)
    if ownership.stamps(entry) == (call.stamp,):
        ownership.require_ours(entry, call)
        return True
    marks = [one for one in words_of(entry) if one.lower().startswith(_MARK)]
    if any(one.lower().startswith(STAMP_PREFIX) for one in marks):
        raise NotOurs("%(name)s belongs to another service.", name=shown_name(entry))
    if marks:
        raise Conflict(
            "%(name)s bears marks of an earlier service: an administrator must take them out of"
            " %(attribute)s first.",
            name=shown_name(entry),
            attribute=kind_of(entry).words,
        )
    return False


def require_unclaimed(zimbra: Zimbra, call: Call) -> None:
    """Let a Zimbra pass only if no private server's service owns what bears no stamp on it.

    Raises:
        NotOurs: one does.
        Conflict: the Zimbra is to be a private server and holds other services.
    """
    if call.sold.model == "server":
        stamped.refuse_if_shared(zimbra)
        return
    query = f"({KINDS['domain'].words}={ownership.SERVER}*)"
    for domain in zimbra.search_directory("domains", query, domains.ATTRIBUTES):
        if domain.one("zimbraDomainType") != "alias":
            raise NotOurs(
                "This Zimbra is a private server, which has the domain %(domain)s: all on it is"
                " that service's.",
                domain=shown_domain(domain.name),
            )


def require_unclaimed_contents(contents: Contents, call: Call) -> None:
    """Let contents pass only if nothing in them is another service's or a global administrator's.

    Raises:
        Conflict: names the first object that is.
    """
    for entry in contents.everything():
        marks = [one for kind in KINDS.values() for one in entry.all(kind.words)]
        foreign = [m for m in marks if m.lower().startswith(STAMP_PREFIX) and m != call.stamp]
        if foreign or entry.one("zimbraIsAdminAccount") == "TRUE":
            raise Conflict(
                "Nothing was adopted: %(name)s in the domain belongs to another service or is a"
                " global administrator.",
                name=shown_name(entry),
            )


def changes(call: Call, entry: Entry) -> Changes:
    """What is written: the stamp, and for a private server the word that says so."""
    return {"+" + kind_of(entry).words: [call.stamp, *domains.server_words(call)]}


def counts(contents: Contents) -> dict[str, Any]:
    """What domains hold, for people: numbers, and the names of their alias domains."""
    return {
        "accounts": len(contents.accounts),
        "resources": len(contents.resources),
        "lists": len(contents.lists) + len(contents.dynamic_groups),
        "aliases": len(contents.aliases),
        "alias_domains": sorted(shown_domain(one.name) for one in contents.alias_domains),
    }
