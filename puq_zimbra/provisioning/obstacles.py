"""What stands in the way of a service: the items of `drift` before which nothing else is certain.

Nothing is told of what may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Sequence

from puq_zimbra.call import Call
from puq_zimbra.errors import Conflict
from puq_zimbra.provisioning import accounts, domains, mailboxes, ownership, stamped
from puq_zimbra.provisioning.drift import CREATE, PERSON, TERMINATE, Item
from puq_zimbra.provisioning.kinds import shown_name, words_of
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra


def find(zimbra: Zimbra, call: Call) -> tuple[list[Item], Entry | None]:
    """What stands in the way of the service, and the bearer of its stamp if nothing does.

    Raises:
        NotOurs: what has the service's name bears no stamp, or another service's alone.
        Misconfigured: we do not see everything.
    """
    stamped.require_global_administrator(zimbra)
    name = call.shown_name
    found = [shown_name(one) for one in stamped.bearers(zimbra, call.stamp)]
    elsewhere = sorted(one for one in found if one != name)
    bearer = _named(zimbra, call, elsewhere)
    if bearer is not None:
        ownership.require_visible(bearer)
    mine = bearer is not None and call.stamp in ownership.stamps(bearer)
    if elsewhere and not mine:
        return [Item("renamed", name, {"name": name}, {"name": elsewhere}, PERSON)], None
    if bearer is None:
        return [Item("missing", name, {"name": name}, {"name": None}, CREATE)], None
    if not mine:
        ownership.require_ours(bearer, call)
    items = [*_unclear(call, bearer, elsewhere), *_half_done(bearer)]
    return items, None if items else bearer


def _named(zimbra: Zimbra, call: Call, elsewhere: Sequence[str]) -> Entry | None:
    """What has the service's name, whoever owns it."""
    if call.sold.model != "mailbox":
        return domains.find(zimbra, call.domain)
    try:
        account = accounts.find(zimbra, call)
    except Conflict:
        if elsewhere:  # a renamed mailbox keeps its old address as an alias
            return None
        raise
    if account is not None:
        mailboxes.require_domain(zimbra, call)
    return account


def _unclear(call: Call, bearer: Entry, elsewhere: Sequence[str]) -> list[Item]:
    """Why it is not clear that this is the service."""
    name, items = call.shown_name, []
    if elsewhere:
        held = {"name": [name, *elsewhere]}
        items.append(Item("stamp-twice", name, {"name": name}, held, PERSON))
    count = len(ownership.stamps(bearer))
    if count > 1:  # whose the other one is, is not this service's to know
        items.append(Item("foreign-stamp", name, {"stamps": 1}, {"stamps": count}, PERSON))
    try:
        model = ownership.model_of(bearer)
    except Conflict as error:
        return [*items, Item("stamp-words", name, {}, {"problem": str(error)}, PERSON)]
    if model != call.sold.model:
        wanted = {"model": call.sold.model}
        items.append(Item("other-model", name, wanted, {"model": model}, PERSON))
    kind = bearer.one("zimbraDomainType")
    if kind == "alias":
        items.append(Item("alias-domain", name, {"type": "local"}, {"type": kind}, PERSON))
    return items


def _half_done(bearer: Entry) -> list[Item]:
    for word, item, mended_by in (
        (ownership.DELETING, "deleting", TERMINATE),
        (ownership.CREATING, "unfinished", CREATE),
    ):
        if word in words_of(bearer):
            return [Item(item, shown_name(bearer), {"word": None}, {"word": word}, mended_by)]
    return []
