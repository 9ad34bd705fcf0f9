"""Accounts and resources made, changed and removed, under Zimbra's order of checks.

Source: `LdapProvisioning.createAccount`/`modifyAccount`/`deleteAccount`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, accountrules, faults, limits, modify, names
from puq_zimbra.simulator import passwords as pw
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry, new_id
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.status import refuse_suspended
from puq_zimbra.simulator.world import World


def create_person(
    context: Context, kind: str, name: str, password: str | None, changes: list[Change]
) -> Entry:
    """Make an account or a resource; the order of the checks is Zimbra's."""
    world = context.world
    local, domain_name = names.split_address(name)
    domain = world.domain_named(domain_name)
    right = "createAccount" if kind == "account" else "createCalendarResource"
    access.require(context, right, domain, "domain", domain.name)
    _refuse_flags(context, changes)
    refuse_suspended(world, domain.name)
    cos_id = _cos_for(context, changes)
    names.check_local(local)
    if domain.first("zimbraDomainType") == "alias" and kind == "account":
        raise faults.failure(f"Unable to create account: {local}@{domain.name}")
    if kind == "account" and not _is_uncounted(changes):
        asked = {change.name: change.value for change in changes}
        limits.check_new_account(world, domain, cos_id, asked)
    changes = accountrules.tidied(changes)
    modify.check_values(world.schema, changes, creating=True)
    changes = accountrules.before(world, None, changes)
    address = f"{local}@{domain.name}"
    draft = Entry(kind, "", address, {"zimbraCOSId": [cos_id]} if cos_id else {})
    if password is not None:
        pw.check_strength(world, draft, password)
    world.forget_cos(draft)
    values = modify.for_create(world.schema, kind, changes)
    if kind == "resource":
        _require(values, "zimbraCalResType", "displayName")
    _refuse_taken(world, address, domain)
    names.check_rdn(local)
    return _enter(world, kind, address, values, password)


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
    cos = context.world.directory.find(change.value, "cos")
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


def _refuse_taken(world: World, address: str, domain: Entry) -> None:
    if domain.name in world.directory.headless:
        raise faults.Fault("ldap.ENTRY_NOT_FOUND", "entry not found - unable to create entry")
    holder = world.directory.addresses.get(address)
    if holder is None:
        return
    if address in world.directory.aliases:
        # The directory's uniqueness overlay on "mail" answers before the name does.
        raise faults.directory(
            "INVALID_ATTR_VALUE",
            modify.CREATING,
            f"non-unique attributes found with (|(mail={address}))",
        )
    raise faults.account_exists(address, names.dn(address))


def _enter(world: World, kind: str, address: str, values: Values, password: str | None) -> Entry:
    local = address.partition("@")[0]
    host = values.get("zimbraMailHost", [world.next_home()])[0]
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
        "zimbraCreateTimestamp": [world.timestamp()],
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
        entry.put("zimbraPasswordModifiedTime", world.timestamp())
    world.directory.add(entry)
    return entry


def change_person(context: Context, account: Entry, asked: str, changes: list[Change]) -> None:
    """Change an account's or a resource's attributes, all or none."""
    world = context.world
    _check_rights(context, account, asked, changes)
    accountrules.check_quota_change(context, changes)
    _refuse_foreign(changes)
    changes = accountrules.tidied(changes)
    modify.check_values(world.schema, changes)
    changes = accountrules.before(world, account, changes)
    changes = accountrules.keeps_reason(account, changes)
    password = accountrules.find(changes, "userPassword")
    modify.apply(world.schema, account, changes)
    if password is not None:
        account.password = password.value or None
        account.put("userPassword")
    accountrules.after(world, account, changes)


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
    # The quota and the COS have checks of their own.
    others = [c.name for c in changes if c.name not in ("zimbraMailQuota", "zimbraCOSId")]
    if access.may_set(context, account, others) is not None:
        raise faults.denied(f"can not access account {asked}")


def remove_person(world: World, account: Entry) -> None:
    """Take an account out of the world."""
    accountrules.leave_lists(world, account, *LISTS)
    for target in world.directory.by_id.values():
        held = target.attrs.get("zimbraACE")
        if held:
            target.put("zimbraACE", *(v for v in held if not v.startswith(account.id)))
    world.directory.remove(account)
    world.mailboxes.pop(account.id, None)
    world.failures.pop(account.id, None)
    world.forget_cos(account)
    for each in world.sessions.of(account.id):
        world.sessions.close(each.id)
