"""Whether an existing object may become a service: only if no other service has a claim on it.

Source: `cs/account/ldap/LdapProvisioning.java` (the attributes of the stamp are not unique and
compared without regard to case, so any value that begins like a stamp counts as one).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from puq_zimbra.errors import Conflict, NotOurs
from puq_zimbra.provisioning import ownership
from puq_zimbra.provisioning.deletion import Contents
from puq_zimbra.provisioning.entries import KINDS, Changes, kind_of, shown_name, words_of
from puq_zimbra.request import STAMP_PREFIX, Request
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra.answers import Entry

#: the beginning of all stamps and state words
_MARK = "puq_zimbra"


def is_ours(entry: Entry, request: Request) -> bool:
    """Whether it is the service's already; False = it bears no mark of any service.

    Raises:
        NotOurs: another service's stamp stands on it.
        Conflict: it is ours as another model; or it bears a state word without a stamp, which
            would become the service's: a forgotten day of deletion, for one.
    """
    ownership.require_visible(entry)
    if ownership.stamps(entry) == (request.stamp,):
        ownership.require_ours(entry, request)
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


def require_unclaimed_contents(contents: Contents, request: Request) -> None:
    """Refuse contents of which some are another service's or a global administrator's.

    Raises:
        Conflict: names the first object that is.
    """
    for entry in contents.everything():
        marks = [one for kind in KINDS.values() for one in entry.all(kind.words)]
        foreign = [m for m in marks if m.lower().startswith(STAMP_PREFIX) and m != request.stamp]
        if foreign or entry.one("zimbraIsAdminAccount") == "TRUE":
            raise Conflict(
                "Nothing was adopted: %(name)s in the domain belongs to another service or is a"
                " global administrator.",
                name=shown_name(entry),
            )


def changes(request: Request, entry: Entry, plan_words: Sequence[str]) -> Changes:
    """The stamp, the notes of the plan, and the customer's mark."""
    words = [*plan_words, *ownership.customer_words(request)]
    return {"+" + kind_of(entry).words: [request.stamp, *words]}


def counts(contents: Contents) -> dict[str, Any]:
    """What domains hold, for people: numbers, and the names of their alias domains."""
    return {
        "accounts": len(contents.accounts),
        "resources": len(contents.resources),
        "lists": len(contents.lists) + len(contents.dynamic_groups),
        "aliases": len(contents.aliases),
        "alias_domains": sorted(shown_domain(one.name) for one in contents.alias_domains),
    }
