"""What setting certain attributes of an account brings with it.

Source: `com.zimbra.cs.account.callback` (AccountStatus, AccountCOS, DisplayName, MailHost,
MailForwardingAddress), `service/admin/ModifyAccount.java` (zimbraMailQuota).
"""

from __future__ import annotations

import re

from puq_zimbra.simulator import addressrules, faults, limits
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.state import State

_SINGLE = (
    "displayName",
    "zimbraAccountStatus",
    "zimbraMailHost",
    "zimbraCOSId",
    "zimbraPrefMailForwardingAddress",
)
_LONG = range(-(1 << 63), 1 << 63)
_QUOTA_DENIED = (
    "can not modify mail quota, domain admin can only modify quota if "
    "zimbraDomainAdminMaxMailQuota is set to 0 or set to a certain value and quota is less than "
    "that value."
)


def find(changes: list[Change], name: str) -> Change | None:
    """Change of an attribute, whatever its sign."""
    folded = name.lower()
    return next((each for each in changes if each.name.lower() == folded), None)


def check_quota_change(context: Context, changes: list[Change]) -> None:
    """Check a new ``zimbraMailQuota`` as ModifyAccount does before anything else."""
    change = find(changes, "zimbraMailQuota")
    if change is None:
        return
    if len(change.values) > 1:
        raise faults.denied("can not modify zimbraMailQuota(single valued attribute)")
    text = change.value.strip()
    quota = 0
    if text:
        if not re.fullmatch(r"[+-]?[0-9]+", text) or int(text) not in _LONG:
            raise faults.bad_value(f"can not modify mail quota (invalid format): {change.value}")
        quota = int(text)
    if context.is_global_admin:
        return
    most = context.state.value(context.caller, "zimbraDomainAdminMaxMailQuota")
    cap = int(most) if most else -1
    if cap == 0 and text:
        return
    if cap < 0 or quota <= 0 or quota > cap or not text:
        raise faults.denied(_QUOTA_DENIED)


def before(state: State, entry: Entry | None, changes: list[Change]) -> list[Change]:
    """Check an account's changes and answer them with what they bring along."""
    for name in _SINGLE if entry is not None else ():
        change = find(changes, name)
        if change is not None and len(change.values) > 1 and not change.sign:
            raise faults.invalid(f"{name} is a single-valued attribute")
    result = list(changes)
    result += _status(entry, changes)
    result += _display_name(changes)
    result += _reason(entry, changes)
    result = _mail_host(state, entry, result)
    addressrules.check_allowed_from(state, changes)
    if entry is not None:
        _plan(state, entry, changes)
        addressrules.check_forwarding(state, entry, changes)
        addressrules.check_sender_lists(state, entry, changes)
    return result


def tidied(changes: list[Change]) -> list[Change]:
    """Bring values into the form in which they are checked and stored."""
    return [_tidied(each) for each in changes]


def _tidied(change: Change) -> Change:
    if change.name == "zimbraPrefMailForwardingAddress" and not change.clears:
        tidy = tuple(dict.fromkeys(map(addressrules.joined_addresses, change.values)))
        return Change(change.name, change.sign, tidy)
    return change


def _status(entry: Entry | None, changes: list[Change]) -> list[Change]:
    change = find(changes, "zimbraAccountStatus")
    if change is None:
        return []
    if change.clears:
        if entry is None:
            return []
        raise faults.invalid("zimbraAccountStatus is a required attribute")
    more: list[Change] = []
    if find(changes, "zimbraMailStatus") is None:
        shut = change.value in ("closed", "pending")
        more.append(Change("zimbraMailStatus", "", ("disabled" if shut else "enabled",)))
    if change.value == "active" and entry is not None:
        for name in ("zimbraPasswordLockoutFailureTime", "zimbraPasswordLockoutLockedTime"):
            if name in entry.attrs and find(changes, name) is None:
                more.append(Change(name, "", ("",)))
    return more


def _reason(entry: Entry | None, changes: list[Change]) -> list[Change]:
    """A suspension's reason stays only while the account is locked."""
    status = find(changes, "zimbraAccountStatus")
    locking = status is not None and status.value in ("locked", "lockout")
    given = find(changes, "zimbraAccountSuspensionReason")
    if status is not None and not locking and entry is not None:
        held = "zimbraAccountSuspensionReason" in entry.attrs
        return [Change("zimbraAccountSuspensionReason", "", ("",))] if held and not given else []
    return []


def keeps_reason(entry: Entry, changes: list[Change]) -> list[Change]:
    """Drop a reason that comes without a locking status."""
    status = find(changes, "zimbraAccountStatus")
    if status is not None and status.value in ("locked", "lockout"):
        return changes
    return [each for each in changes if each.name != "zimbraAccountSuspensionReason"] + (
        [Change("zimbraAccountSuspensionReason", "", ("",))]
        if status is not None and "zimbraAccountSuspensionReason" in entry.attrs
        else []
    )


def _display_name(changes: list[Change]) -> list[Change]:
    """``cn`` follows the display name, but stays when that is removed."""
    change = find(changes, "displayName")
    if change is None or find(changes, "cn") is not None or change.sign or change.clears:
        return []
    return [Change("cn", "", (change.value,))]


def _mail_host(state: State, entry: Entry | None, changes: list[Change]) -> list[Change]:
    """The transport follows the host, not the other way round."""
    host, transport = find(changes, "zimbraMailHost"), find(changes, "zimbraMailTransport")
    if host and transport and not host.clears and not transport.clears:
        raise faults.invalid(
            "setting both zimbraMailHost and zimbraMailTransport in the same request is not allowed"
        )
    if host and not host.clears:
        if host.value not in state.directory.servers:
            if entry is None:
                raise faults.invalid(
                    "specified zimbraMailHost does not correspond to a valid server service "
                    f"hostname: {host.value}"
                )
            raise faults.no_such("server", host.value)
        return [*changes, Change("zimbraMailTransport", "", (f"lmtp:{host.value}:7025",))]
    return changes


def _plan(state: State, entry: Entry, changes: list[Change]) -> None:
    """Check a new COS, and the domain's limits on COSes and features."""
    change = find(changes, "zimbraCOSId")
    wanted = state.cos_of(entry).id
    if change is not None:
        wanted = change.value
        if wanted and state.directory.find(wanted, "cos") is None:
            raise faults.no_such("cos", wanted)
    domain = state.domain_of(entry)
    if domain is not None and limits.counts(entry):
        asked = {each.name: each.value for each in changes if each.sign != "-"}
        limits.check_plan(state, domain, wanted, asked, entry)


def after(state: State, entry: Entry, changes: list[Change]) -> None:
    """Finish a change: a closed account leaves every list for good."""
    change = find(changes, "zimbraAccountStatus")
    if change is not None and change.value == "closed":
        leave_lists(state, entry)
    # Registrations of tokens in no known form are purged at once.
    held = entry.attrs.get("zimbraAuthTokens")
    if held:
        entry.put("zimbraAuthTokens", *(value for value in held if "|" in value))
    state.forget_cos(entry)


def leave_lists(state: State, entry: Entry, *kinds: str) -> None:
    """Take an entry's addresses out of every static list, or those of the kinds."""
    addresses = (entry.name, *entry.aliases)
    for each in list(state.directory.lists_holding(addresses, *kinds)):
        for address in addresses:
            if each.members is not None:
                each.members.pop(address, None)
