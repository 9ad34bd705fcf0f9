"""What Carbonio does differently with values, commands and rights.

Its attributes are in `carbonio.json`.

Source: carbonio-mailbox `AttributeForbiddenRules`, `MailForwardingAddress`, `AdminService`,
`rights-domainadmin.xml-template`.
"""

from __future__ import annotations

import re

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.modify import MODIFYING, Change
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.wordlist import words

#: Commands of administrators that Carbonio dropped.
GONE = frozenset(
    f"{name}Request"
    for name in words(
        """CheckDomainMXRecord CountObjects GetLicenseInfo GetAllActiveServers GetAllSkins
        GetAllZimlets GetZimlet GetZimletStatus GetAdminExtensionZimlets CreateZimlet DeleteZimlet
        DeployZimlet UndeployZimlet ConfigureZimlet ModifyZimlet
        CreateUCService DeleteUCService GetAllUCServices GetUCService ModifyUCService
        RenameUCService CreateXMPPComponent DeleteXMPPComponent GetAllXMPPComponents
        GetXMPPComponent CreateAlwaysOnCluster DeleteAlwaysOnCluster GetAllAlwaysOnClusters
        GetAlwaysOnCluster ModifyAlwaysOnCluster SetServerOffline SetLocalServerOnline ManageIndex
        MigrateAccount RunUnitTests"""
    )
)
#: Commands of users that Carbonio dropped.
GONE_OF_USERS = frozenset(
    {"SubscribeDistributionListRequest", "GetAvailableSkinsRequest", "GetOAuthConsumersRequest"}
)

_CATCH_ALL = re.compile(r"^@[A-Za-z0-9-\.]+$")
_FORWARDING = "zimbraMailForwardingAddress"


def forwarding_after(account: Entry, changes: list[Change]) -> list[str] | None:
    """Forwarding addresses after a change, which Carbonio works out itself; None = no change.

    It keeps empty values and takes away only what is written exactly so.
    """
    asked = [each for each in changes if each.name == _FORWARDING]
    if not asked:
        return None
    held = list(account.attrs.get(_FORWARDING, ()))
    for change in asked:
        if change.sign == "+":
            known = {value.lower() for value in held}
            held += [value for value in change.values if value.lower() not in known]
        elif change.sign == "-":
            held = [value for value in held if value not in change.values]
        else:
            held = [] if change.clears else list(change.values)
    return held


def no_reset() -> faults.Fault:
    """The fault of everything about forgotten passwords: the feature is off."""
    return faults.by_code(
        "service.FEATURE_RESET_PASSWORD_DISABLED",
        "service exception: Password reset feature is disabled.",
    )


def refuse_twice(pairs: list[tuple[str, str]]) -> None:
    """Refuse a forwarding address that is given twice; Zimbra drops the second."""
    given = [value for name, value in pairs if name == _FORWARDING and value]
    if len(set(given)) < len(given):
        raise faults.failure(
            f"unable to modify attrs: LDAP error:  - {MODIFYING}: {faults.LDAP_HOST}: "
            f"{_FORWARDING}: value #0 provided more than once"
        )


def check_addresses(changes: list[Change]) -> None:
    """Refuse the addresses that Carbonio does not take."""
    for change in changes:
        if change.name == "zimbraPrefMailForwardingAddress" and not change.value.isascii():
            raise faults.bad_value(
                f"invalid attr value: invalid attr value - {MODIFYING}: {faults.LDAP_HOST}: "
                f"{change.name}: value #0 invalid per syntax"
            )
        if change.name == "zimbraMailCatchAllAddress" and change.sign != "-":
            for value in change.values:
                if value and not _CATCH_ALL.fullmatch(value):
                    raise faults.bad_value(
                        f"{change.name} must match the regex: {_CATCH_ALL.pattern}"
                    )


def close_for_deletion(state: State, account: Entry) -> None:
    """Close an account that is about to be deleted, as Carbonio does first (`AclService`).

    It stays closed where a folder is shared with everybody, which makes the deletion fail.
    """
    box = state.mailboxes.get(account.id)
    if box is not None and any(each.kind == "all" for each in box.shares):
        account.put("zimbraAccountStatus", "maintenance")
        raise faults.failure(
            f"Delete account {account.name} has an error: Cannot invoke "
            '"String.equalsIgnoreCase(String)" because "zimbraId" is null'
        )


def host_conflicts(state: State, domain: Entry, changes: list[Change]) -> list[str]:
    """Other domains that have a virtual host name which is being set."""
    asked = {
        value.lower()
        for change in changes
        if change.name == "zimbraVirtualHostname" and change.sign != "-"
        for value in change.values
        if value
    }
    return [
        each.name
        for each in state.directory.domains.values()
        if each is not domain
        and asked & {held.lower() for held in each.attrs.get("zimbraVirtualHostname", ())}
    ]
