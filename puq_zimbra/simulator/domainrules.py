"""What setting certain attributes of a domain brings with it.

Source: `com.zimbra.cs.account.callback` (DomainStatus, DomainCOSMaxAccounts, DefaultCOS),
`service/admin/ModifyDomain.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults
from puq_zimbra.simulator.accountrules import find
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.state import State

_RULES = "zimbraDomainCOSMaxAccounts"
#: Host names that Carbonio checks, with the beginning of its refusal.
_HOST_NAMES = {
    "zimbraPublicServiceHostname": "Public service hostname must be a valid FQDN",
    "zimbraVirtualHostname": "Virtual hostnames must be valid FQDNs",
}
_AUTH_MECHS = ("zimbra", "ldap", "ad", "kerberos5")


def check_default_cos(context: Context, changes: list[Change]) -> None:
    """Refuse a default class that is not there, before values are looked at."""
    cos = find(changes, "zimbraDomainDefaultCOSId")
    if cos is not None and not cos.clears:
        _check_cos(context, cos.value)


def before(state: State, domain: Entry, changes: list[Change]) -> list[Change]:
    """Check a domain's changes and answer them with what they bring along."""
    _check_rules(domain, changes)
    if not knows_auth_mech(changes):
        mech = find(changes, "zimbraAuthMech")
        raise faults.invalid(f"invalid value: {mech.value if mech else ''}")
    more = _status(domain, changes)
    target = find(changes, "zimbraDomainAliasTargetId")
    if state.is_carbonio and target is not None and not target.clears:
        values = catch_all_of_carbonio(state, {target.name: [target.value]})
        more += [Change(name, "", tuple(each)) for name, each in values.items()]
    return [*changes, *more]


def check_selector(state: State, domain: Entry, changes: list[Change]) -> None:
    """Refuse a DKIM selector that another domain has (the directory's uniqueness overlay)."""
    change = find(changes, "DKIMSelector")
    if change is None or change.clears:
        return
    others = (each for each in state.directory.domains.values() if each is not domain)
    if any(change.value in each.attrs.get("DKIMSelector", ()) for each in others):
        raise faults.bad_value(
            "invalid attr value: invalid attr value - unable to modify attributes: "
            f"{faults.LDAP_HOST}: non-unique attributes found with "
            f"(|(DKIMSelector={change.value}))"
        )


def _check_cos(context: Context, id_: str) -> None:
    found = context.state.directory.find(id_, "cos")
    if found is None:
        raise faults.no_such("cos", id_)
    access.require(context, "assignCos", found, "cos", found.name)


def _check_rules(domain: Entry, changes: list[Change]) -> None:
    """Refuse rules of a wrong shape and two for one COS; counts are not looked at."""
    held = {v.partition(":")[0] for v in domain.attrs.get(_RULES, ())}
    for change in changes:
        if change.name != _RULES or change.clears:
            continue
        rules = [_rule(value) for value in change.values if value]
        if change.sign == "-":
            held -= {cos for cos, _ in rules}
    for change in changes:
        if change.name != _RULES or change.clears or change.sign == "-":
            continue
        seen = set(held) if change.sign == "+" else set()
        for cos, count in (_rule(value) for value in change.values if value):
            if cos in seen:
                raise faults.invalid(
                    f"cannot contain multiple values for the same cos {cos}: {count}"
                )
            seen.add(cos)


def _rule(value: str) -> tuple[str, str]:
    cos, colon, count = value.partition(":")
    if not colon or not count or ":" in count:
        raise faults.invalid("invalid format")
    return cos, count


def knows_auth_mech(changes: list[Change]) -> bool:
    """Say whether Zimbra knows the way of authentication, if one is set (callback AuthMech)."""
    change = find(changes, "zimbraAuthMech")
    if change is None or change.clears:
        return True
    return change.value in _AUTH_MECHS or change.value.startswith("custom")


def check_carbonio(context: Context, domain: Entry, changes: list[Change]) -> None:
    """Refuse a new name, and host names outside the domain to delegated administrators."""
    if find(changes, "zimbraDomainName") is not None:
        raise faults.invalid("zimbraDomainName cannot be changed.")
    public = find(changes, "zimbraPublicServiceHostname")
    if public is not None and len(public.values) > 1:
        raise faults.failure(
            "java.lang.ClassCastException: class [Ljava.lang.String; cannot be cast to class "
            "java.lang.String"
        )
    if context.is_global_admin:
        return
    for name, subject in _HOST_NAMES.items():
        # Only what replaces is looked at: "+zimbraVirtualHostname" passes.
        change = next((each for each in changes if (each.name, each.sign) == (name, "")), None)
        if change is None or (change.clears and name == "zimbraVirtualHostname"):
            continue
        if not all(f".{value}".endswith(f".{domain.name}") for value in change.values):
            raise faults.failure(f"{subject} and compatible with current domain (or its aliases).")


def catch_all_of_carbonio(state: State, values: Values) -> Values:
    """Where mail to an alias domain goes, which Carbonio sets by itself; FAILURE without one."""
    target = state.directory.find(values.get("zimbraDomainAliasTargetId", [None])[0], "domain")
    if target is None:
        raise faults.null_pointer(
            "com.zimbra.cs.account.Domain.getDomainName()", '"<local14>" is null'
        )
    return {"zimbraMailCatchAllForwardingAddress": [f"@{target.name}"]}


def _status(domain: Entry, changes: list[Change]) -> list[Change]:
    change = find(changes, "zimbraDomainStatus")
    if change is None:
        return []
    if len(change.values) > 1 and not change.sign:
        raise faults.invalid("zimbraDomainStatus is a single-valued attribute")
    if change.value == "shutdown":
        raise faults.invalid(
            "Setting zimbraDomainStatus to shutdown is not allowed.  "
            "It is an internal status and can only be set by server"
        )
    if find(changes, "zimbraMailStatus") is not None or change.clears:
        return []
    if change.value == "suspended":
        return []
    mail = "disabled" if change.value == "closed" else "enabled"
    return [Change("zimbraMailStatus", "", (mail,))]


def after(state: State, domain: Entry, changes: list[Change]) -> None:
    """Remember what look-ups by foreign name will answer from now on."""
    change = find(changes, "zimbraForeignName")
    if change is not None and change.sign != "-":
        state.set_foreign_names(domain, (value for value in change.values if value))
