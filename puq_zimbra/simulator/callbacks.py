"""What certain attributes ask beyond their definitions, on whatever entry they stand.

Source: `com.zimbra.cs.account.callback` (MtaRelayHost, PositiveTimeInterval, MailHostPool,
TwoFactorAuthStatus).
"""

from __future__ import annotations

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.accountrules import find
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.wordlist import words

_POSITIVE = words(
    """zimbraAuthTokenLifetime zimbraAdminAuthTokenLifetime zimbraTwoFactorAuthTokenLifetime
    zimbraTwoFactorAuthEnablementTokenLifetime zimbraTwoFactorAuthTrustedDeviceTokenLifetime"""
)
_AVAILABLE = "zimbraFeatureTwoFactorAuthAvailable"
_REQUIRED = "zimbraFeatureTwoFactorAuthRequired"


def check(state: State, entry: Entry | None, changes: list[Change]) -> None:
    """Refuse what the callbacks of the changed attributes refuse; no entry means a new one."""
    for change in changes:
        if change.name == "zimbraMtaRelayHost" and len(change.values) > 1:
            raise faults.invalid(f"{change.name} can only have one value")
        if change.name in _POSITIVE and not change.clears and _is_nothing(change.value):
            raise faults.invalid(f"cannot set {change.name} less than or equal to 0")
        if change.name == "zimbraMailHostPool" and change.sign != "-":
            _check_pool(state, change)
    if not state.is_carbonio:  # which has no such callback
        _check_two_factors(state, entry, changes)


def _is_nothing(duration: str) -> bool:
    return not duration.rstrip("dhms").strip("0")


def _check_pool(state: State, change: Change) -> None:
    for host in change.values:
        if host and state.directory.find(host, "server") is None:
            raise faults.invalid(
                f"specified zimbraMailHostPool does not correspond to a valid server: {host}"
            )


def _check_two_factors(state: State, entry: Entry | None, changes: list[Change]) -> None:
    """The open-source edition has no extension for two factors."""
    available, required = find(changes, _AVAILABLE), find(changes, _REQUIRED)
    if available is not None and available.value == "TRUE":
        raise faults.failure(
            "cannot make two-factor auth available because the extension is not deployed on this "
            "server"
        )
    if entry is None or required is None or required.value != "TRUE":
        return
    held = (
        state.value(entry, _AVAILABLE) if entry.kind in ACCOUNT_KINDS else entry.first(_AVAILABLE)
    )
    if available is not None or held != "TRUE":
        noun = "COS" if entry.kind == "cos" else "account"
        raise faults.failure(
            f"cannot make two-factor auth required because it is not available on this {noun}"
        )
