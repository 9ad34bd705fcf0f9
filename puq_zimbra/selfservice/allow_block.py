"""Senders whose mail a mailbox takes without a check for spam, and those whose mail counts as spam.

Zimbra checks neither what is written there nor whether a sender stands in both; its owner writes
there too, from the webmail. What stands there is kept as it is.

Source: `cs/account/callback/WhiteBlackList.java`; amavisd-new (an address, or a domain for all of
its addresses); recorded lists of a genuine server.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from puq_zimbra import units
from puq_zimbra.clientarea.fields import together, wrong
from puq_zimbra.errors import N_, Conflict, RequestRefused
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.recipients import key
from puq_zimbra.units import shown_address, shown_name
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: field -> attribute
LISTS = {"allow": "amavisWhitelistSender", "block": "amavisBlacklistSender"}
ATTRIBUTES = tuple(LISTS.values())
#: field -> the attribute that says how many there may be
_MOST = {"allow": "zimbraMailWhitelistMaxNumEntries", "block": "zimbraMailBlacklistMaxNumEntries"}
TOO_MANY = N_("At most %(most)s addresses or domains.")


def values_of(account: Entry) -> dict[str, str]:
    """The form's texts as the mailbox has them now, a sender to a line."""
    return {
        field: "\n".join(sorted(map(shown_name, account.all(name))))
        for field, name in LISTS.items()
    }


def most(zimbra: Zimbra, account: Entry) -> dict[str, int | None]:
    """How many senders each list may hold, by the mailbox or its class; None = any number."""
    asked = tuple(_MOST.values())
    held = zimbra.get_account(account.id, "id", asked, inherited=True)
    texts = {field: held.one(name) or "" for field, name in _MOST.items()}
    return {
        field: int(text) if text.isascii() and text.isdigit() else None
        for field, text in texts.items()
    }


def apply(
    zimbra: Zimbra, request: Request, identity: str, values: Mapping[str, Any]
) -> tuple[str, bool]:
    """Let a mailbox have those lists; its address, and whether anything was written.

    Raises:
        FieldErrors: names the field.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)
    wanted = _wanted(account, values)
    changes = {
        name: list(wanted[field]) or ""
        for field, name in LISTS.items()
        if set(wanted[field]) != set(account.all(name))
    }
    if not changes:
        return shown_address(account.name), False
    allowed = most(zimbra, account)
    with together() as fields:
        for field, name in LISTS.items():
            with fields:
                _require_few(field, wanted[field], account.all(name), allowed[field])
    try:
        zimbra.modify_account(account.id, changes)
    except RequestRefused as error:
        raise wrong("", N_("Zimbra did not take these senders.")) from error
    fresh = zimbra.get_account(account.id, "id", ATTRIBUTES)
    if any(set(wanted[field]) != set(fresh.all(name)) for field, name in LISTS.items()):
        raise Conflict("Zimbra did not keep the senders of %(name)s.", name=account.name)
    return shown_address(account.name), True


def _require_few(field: str, wanted: Sequence[str], held: Sequence[str], most_: int | None) -> None:
    # Fewer than before are fine, also where that is too many still.
    if most_ is not None and len(wanted) > max(most_, len(held) - 1):
        raise wrong(field, TOO_MANY, most=most_)


def _wanted(account: Entry, values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with together() as fields:
        for field, name in LISTS.items():
            with fields:
                found[field] = _read(field, values[field] or "", account.all(name))
    allowed = {key(one) for one in found["allow"]}
    # What stands in both already is for him to put right, once he changes it.
    held = {key(one) for one in account.all(LISTS["block"])} & {
        key(one) for one in account.all(LISTS["allow"])
    }
    if both := sorted(one for one in found["block"] if key(one) in allowed - held):
        message = N_("%(sender)s stands in both lists: choose one.")
        raise wrong("block", message, sender=shown_name(both[0]))
    return found


def _read(field: str, text: str, held: Collection[str]) -> tuple[str, ...]:
    """Senders in lines, or separated by commas or semicolons, each once."""
    known = {key(shown_name(one)): one for one in held}
    found: dict[str, str] = {}
    for line in re.split(r"[\n,;]+", text):
        for one in [line.strip()] if key(line) in known else line.split():
            found.setdefault(key(one), known.get(key(one)) or _sender(field, one))
    return tuple(found.values())


def _sender(field: str, text: str) -> str:
    """An address, or a domain that may be typed with an @ before it."""
    local, _, domain = text.rpartition("@")
    try:
        if "*" in text:  # which Zimbra would take by the letter
            raise ValueError
        return units.address(text) if local else units.mail_domain(domain)
    except ValueError:
        message = N_("%(text)s is neither an address nor a domain.")
        raise wrong(field, message, text=text[:100]) from None
