"""Forwarding of a mailbox: to whom, and whether a copy stays.

Zimbra accepts "no copy" without an address, which would lose mail, and loops: both are refused
here, and both values are cleared together.

Source: zimbra-attrs.xml (zimbraPrefMailForwardingAddress, one value with commas;
zimbraPrefMailLocalDeliveryDisabled); recorded forwardings of a genuine server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, Conflict
from puq_zimbra.provisioning.entries import address_of, domain_of
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.units import address, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.filters import equal

_TO, _NO_COPY = "zimbraPrefMailForwardingAddress", "zimbraPrefMailLocalDeliveryDisabled"
ATTRIBUTES = (_TO, _NO_COPY)
#: addresses that one mailbox forwards to at most
MOST = 20


def values_of(account: Entry) -> dict[str, Any]:
    """The form's values as the mailbox has them now."""
    return {"to": targets(account), "keep_copy": account.one(_NO_COPY) != "TRUE"}


def targets(account: Entry) -> tuple[str, ...]:
    """The addresses that a mailbox forwards to, as Zimbra holds them."""
    text = account.one(_TO) or ""
    return tuple(one.strip() for one in text.split(",") if one.strip())


def apply(zimbra: Zimbra, request: Request, identity: str, values: Mapping[str, Any]) -> str:
    """Make a mailbox forward as the values say; its address.

    Raises:
        FieldErrors: an address is its own, outside where the product forbids it, or makes a loop.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)
    to = values["to"] or ()
    _require_sound(zimbra, request, account, to)
    wanted = {_TO: ", ".join(to), _NO_COPY: "TRUE" if to and not values["keep_copy"] else ""}
    held = {_TO: ", ".join(targets(account)), _NO_COPY: _true(account)}
    changes = {name: value for name, value in wanted.items() if held[name] != value}
    if changes:
        # Both in one request: a mailbox never keeps no copy without an address.
        zimbra.modify_account(account.id, changes)
        fresh = zimbra.get_account(account.id, "id", ATTRIBUTES)
        if set(targets(fresh)) != set(to) or _true(fresh) != wanted[_NO_COPY]:
            raise Conflict("Zimbra did not keep the forwarding of %(name)s.", name=account.name)
    return shown_address(account.name)


def _true(account: Entry) -> str:
    return "TRUE" if account.one(_NO_COPY) == "TRUE" else ""


def _require_sound(zimbra: Zimbra, request: Request, account: Entry, to: Sequence[str]) -> None:
    own = address_of(account)
    if len(to) > MOST:
        raise wrong("to", N_("At most %(most)s addresses."), most=MOST)
    inside = {domain_of(account)}
    for one in to:
        if one == own:
            raise wrong("to", N_("A mailbox cannot forward to itself."))
        domain = one.rpartition("@")[2]
        if domain not in inside:
            if "forward_outside" not in request.purchase.plan.capabilities:
                raise wrong(
                    "to",
                    N_("Your product allows forwarding inside the domain only, not to %(to)s."),
                    to=shown_address(one),
                )
            continue
        found = zimbra.search_page("accounts", equal("mail", one), (_TO,), domain, limit=1)
        if any(_same(back, own) for entry in found for back in targets(entry)):
            raise wrong(
                "to",
                N_("%(to)s forwards to this mailbox: mail would go round for ever."),
                to=shown_address(one),
            )


def _same(text: str, own: str) -> bool:
    try:
        return address(text) == own
    except ValueError:
        return False
