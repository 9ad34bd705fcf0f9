"""Accounts and resources made, changed and removed, under Zimbra's order of checks.

Source: `LdapProvisioning.createAccount`/`modifyAccount`/`deleteAccount`.
"""

from __future__ import annotations

from puq_zimbra.simulator import (
    access,
    accountrules,
    callbacks,
    carbonio,
    faults,
    grantees,
    limits,
    modify,
    names,
)
from puq_zimbra.simulator import passwords as pw
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry, new_id
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import refuse_suspended


def make_account(
    context: Context, kind: str, name: str, password: str | None, changes: list[Change]
) -> Entry:
    """Make an account or a resource; the order of the checks is Zimbra's."""
    state = context.state
    local, domain_name = names.split_address(name)
    domain = state.domain_named(domain_name)
    right = "createAccount" if kind == "account" else "createCalendarResource"
    access.require(context, right, domain, "domain", domain.name)
    draft = Entry(kind, "", f"{local}@{domain.name}", {})
    access.require_set(context, draft, [each.name for each in changes])
    _refuse_flags(context, changes)
    refuse_suspended(state, domain.name)
    cos_id = _cos_for(context, changes)
    names.check_local(local)
    if domain.first("zimbraDomainType") == "alias" and kind == "account":
        raise faults.failure(f"Unable to create account: {local}@{domain.name}")
    if kind == "account" and not _is_uncounted(changes):
        asked = {change.name: change.value for change in changes}
        limits.check_new_account(state, domain, cos_id, asked)
    changes = accountrules.tidied(changes)
    modify.check_values(state.schema, changes, creating=True)
    callbacks.check(state, None, changes)
    changes = accountrules.before(state, None, changes)
    address = f"{local}@{domain.name}"
    draft = Entry(kind, "", address, {"zimbraCOSId": [cos_id]} if cos_id else {})
    if password is not None:
        pw.check_strength(state, draft, password)
    state.forget_cos(draft)
    values = modify.for_create(state.schema, kind, changes)
    if kind == "resource":
        _require(values, "zimbraCalResType", "displayName")
    _refuse_taken(state, address, domain)
    names.check_rdn(local)
    return _enter(state, kind, address, values, password)


def _refuse_flags(context: Context, changes: list[Change]) -> None:
    if context.is_global_admin:
        return
    flag = accountrules.find(changes, "zimbraIsAdminAccount")
    if flag is not None and flag.value == "TRUE":
        raise faults.denied("delegated admin is not allowed to modify zimbraIsAdminAccount")


def _cos_for(context: Context, changes: list[Change]) -> str | None:
    change = accountrules.find(changes, "zimbraCOSId")
    if change is None or change.clears:
        return None
    cos = context.state.directory.find(change.value, "cos")
    if cos is None:
        raise faults.no_such("cos", change.value)
    access.require(context, "assignCos", cos, "cos", cos.name)
    return cos.id


def _is_uncounted(changes: list[Change]) -> bool:
    return any(
        change.value == "TRUE"
        for change in changes
        if change.name in ("zimbraIsSystemResource", "zimbraIsExternalVirtualAccount")
    )


def _require(values: Values, *needed: str) -> None:
    for name in needed:
        if name not in values:
            raise faults.directory(
                "OBJECT_CLASS_VIOLATION",
                modify.CREATING,
                f"object class 'zimbraCalendarResource' requires attribute '{name}'",
            )


def _refuse_taken(state: State, address: str, domain: Entry) -> None:
    if domain.name in state.directory.headless:
        raise faults.Fault("ldap.ENTRY_NOT_FOUND", "entry not found - unable to create entry")
    holder = state.directory.addresses.get(address)
    is_alias = address in state.directory.aliases
    if holder is None and not is_alias:
        return
    if holder is not None and is_alias and holder.name != address:
        # The directory's uniqueness overlay on "mail" answers before the name does.
        raise faults.directory(
            "INVALID_ATTR_VALUE",
            modify.CREATING,
            f"non-unique attributes found with (|(mail={address}))",
        )
    raise faults.account_exists(address, names.dn(address))


def _enter(state: State, kind: str, address: str, values: Values, password: str | None) -> Entry:
    local = address.partition("@")[0]
    host = values.get("zimbraMailHost", [state.next_home()])[0]
    id_ = values.get("zimbraId", [new_id()])[0]
    classes = ["inetOrgPerson", "zimbraAccount", "amavisAccount"]
    if kind == "resource":
        classes.append("zimbraCalendarResource")
    raw_password = values.pop("userPassword", [None])[0]
    attrs: Values = {
        "zimbraAccountStatus": ["active"],
        "zimbraMailStatus": ["enabled"],
        "cn": [local],
        "sn": [local],
        **values,
        "zimbraId": [id_],
        "uid": [local],
        "mail": [address],
        "zimbraMailDeliveryAddress": [address],
        "zimbraMailHost": [host],
        "zimbraMailTransport": values.get("zimbraMailTransport", [f"lmtp:{host}:7025"]),
        "zimbraCreateTimestamp": [state.timestamp()],
        "objectClass": classes,
    }
    if kind == "resource":
        attrs.setdefault("zimbraAccountCalendarUserType", ["RESOURCE"])
    if "zimbraMailTransport" in values and "zimbraMailHost" not in values:
        attrs.pop("zimbraMailHost")
    entry = Entry(kind, id_, address, attrs)
    entry.password = raw_password
    if password is not None:
        entry.password = password
    if entry.password is not None:
        entry.put("zimbraPasswordModifiedTime", state.timestamp())
    state.directory.add(entry)
    return entry


def change_account(context: Context, account: Entry, asked: str, changes: list[Change]) -> None:
    """Change an account's or a resource's attributes, all or none."""
    state = context.state
    _check_rights(context, account, asked, changes)
    accountrules.check_quota_change(context, changes)
    _refuse_foreign(changes)
    write_account(state, account, changes)


def write_account(state: State, account: Entry, changes: list[Change]) -> None:
    """Check and write changes that the caller may make."""
    changes = accountrules.tidied(changes)
    modify.check_values(state.schema, changes)
    if state.is_carbonio:
        carbonio.check_addresses(changes)
    callbacks.check(state, account, changes)
    changes = accountrules.before(state, account, changes)
    if state.schema.get("zimbraAccountSuspensionReason"):
        changes = accountrules.keeps_reason(account, changes)
    password = accountrules.find(changes, "userPassword")
    forwarding = carbonio.forwarding_after(account, changes) if state.is_carbonio else None
    modify.apply(state.schema, account, changes)
    account.modified = state.timestamp()
    if forwarding is not None:
        account.put("zimbraMailForwardingAddress", *forwarding)
    if password is not None:
        account.password = password.value or None
        account.put("userPassword")
    accountrules.after(state, account, changes)


def _refuse_foreign(changes: list[Change]) -> None:
    """A domain's status on an account trips over a cast inside Zimbra."""
    if accountrules.find(changes, "zimbraDomainStatus") is not None:
        raise faults.failure(
            "java.lang.ClassCastException: class com.zimbra.cs.account.ldap.entry.LdapAccount "
            "cannot be cast to class com.zimbra.cs.account.Domain "
            "(com.zimbra.cs.account.ldap.entry.LdapAccount and com.zimbra.cs.account.Domain "
            "are in unnamed module of loader 'app')"
        )


def _check_rights(context: Context, account: Entry, asked: str, changes: list[Change]) -> None:
    if context.is_global_admin:
        return
    _refuse_flags(context, changes)
    _cos_for(context, changes)
    if access.may_set(context, account, [each.name for each in changes]) is not None:
        raise faults.denied(f"can not access account {asked}")


def remove_account(state: State, account: Entry) -> None:
    """Delete an account from the state."""
    accountrules.leave_lists(state, account, *LISTS)
    grantees.drop_grants(state, account.id)
    state.directory.remove(account)
    state.mailboxes.pop(account.id, None)
    state.forget_user_settings(account)
    state.forget_cos(account)
    for each in state.sessions.of(account.id):
        state.sessions.close(each.id)
