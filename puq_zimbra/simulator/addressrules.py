"""What binds the addresses that an account forwards to, sends as, and takes or refuses mail from.

Source: `com.zimbra.cs.account.callback` (PrefMailForwardingAddress, AllowFromAddress,
WhiteBlackList), `AttributeManager.preModify` (addresses are parsed and joined again).
"""

from __future__ import annotations

import re

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, LISTS, Entry
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.state import State

_NAMED = re.compile(r"(.*)<([^<>]*)>")
#: Which attribute limits which.
_LIMITS = {
    "amavisWhitelistSender": "zimbraMailWhitelistMaxNumEntries",
    "amavisBlacklistSender": "zimbraMailBlacklistMaxNumEntries",
}


def joined_addresses(value: str) -> str:
    """Write a list of addresses as it is stored: no blanks in an address, names in quotes."""
    parts = (_tidied(part.strip()) for part in value.split(","))
    return ", ".join(part for part in parts if part)


def _tidied(address: str) -> str:
    named = _NAMED.fullmatch(address)
    if named is None:
        return address if '"' in address else "".join(address.split())
    name, bare = named[1].strip().strip('"'), "".join(named[2].split())
    return f'"{name}" <{bare}>' if name else bare


def check_forwarding(state: State, entry: Entry, changes: list[Change]) -> None:
    """Refuse more or longer addresses to forward to than the account may have."""
    for change in changes:
        if change.name != "zimbraPrefMailForwardingAddress" or change.clears or change.sign:
            continue
        figures = {
            "zimbraMailForwardingAddressMaxLength": len(change.value),
            "zimbraMailForwardingAddressMaxNumAddrs": change.value.count(",") + 1,
        }
        for name, figure in figures.items():
            most = state.value(entry, name)
            if most and figure > int(most):
                raise faults.invalid(f"value is too long, the limit({name}) is {most}")


def check_allowed_from(state: State, changes: list[Change]) -> None:
    """Refuse addresses of this installation's accounts and lists as allowed senders."""
    for change in changes:
        if change.name != "zimbraAllowFromAddress" or change.sign == "-":
            continue
        for address in filter(None, change.values):
            holder = state.directory.at(address, *ACCOUNT_KINDS, *LISTS)
            if holder is not None:
                noun = "a distribution list" if holder.kind in LISTS else "an internal account"
                raise faults.invalid(f"{change.name} may not contain {noun}: {address}")


def check_sender_lists(state: State, entry: Entry, changes: list[Change]) -> None:
    """Refuse more senders on the white or black list than the account may have."""
    for name, limit in _LIMITS.items():
        most = state.value(entry, limit)
        asked = [change for change in changes if change.name == name]
        if most is None or not asked:
            continue
        held = set(entry.attrs.get(name, ()))
        after = set(held)
        for change in asked:
            values = set(filter(None, change.values))
            after = {"": values, "+": after | values, "-": after - values}[change.sign]
        if len(after) > int(most) and not after < held:
            raise faults.invalid(f"exceed limit for {name}, max is {most}")
