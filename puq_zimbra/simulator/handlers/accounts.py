"""Accounts: create, read, change, delete.

Source: `service/admin/CreateAccount.java`, `GetAccount.java`, `ModifyAccount.java`,
`DeleteAccount.java`, `GetAccountInfo.java`, `GetAllAccounts.java`, `LdapProvisioning`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, accountrules, faults, limits, modify, names, shown
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import passwords as pw
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import PEOPLE, Entry, new_id
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.status import refuse_suspended
from puq_zimbra.simulator.world import World


def create(context: Context, request: Element) -> Element:
    """CreateAccountRequest."""
    name = el.child_first(request, "name")
    if name is None:
        raise faults.null_pointer(
            "String.toLowerCase()",
            'the return value of "com.zimbra.soap.admin.message.CreateAccountRequest.getName()" '
            "is null",
        )
    changes = modify.read(el.pairs(request, jaxb=True))
    account = create_person(
        context, "account", name, el.child_first(request, "password"), changes
    )
    made = el.response(request)
    shown.account(context, made, account)
    return made


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
        limits.check_new_account(world, domain, cos_id)
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


def _enter(
    world: World, kind: str, address: str, values: Values, password: str | None
) -> Entry:
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
        "cn": values.get("displayName", [local])[:1],
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
    if "zimbraMailTransport" in values and not values["zimbraMailTransport"][0].startswith("lmtp"):
        attrs.pop("zimbraMailHost")
    entry = Entry(kind, id_, address, attrs)
    entry.password = raw_password
    if password is not None:
        entry.password = password
    if entry.password is not None:
        entry.put("zimbraPasswordModifiedTime", world.timestamp())
    world.directory.add(entry)
    return entry


def get(context: Context, request: Element) -> Element:
    """GetAccountRequest."""
    selector = el.child(request, "account")
    if selector is None or el.optional(selector, "by") is None:
        raise faults.null_pointer(
            "com.zimbra.soap.type.AccountBy.toKeyAccountBy()",
            'the return value of "com.zimbra.soap.type.AccountSelector.getBy()" is null',
        )
    account, asked_name = select(context, request, "getAccount")
    asked = shown.wanted(context, request, "account")
    world = context.world
    values = world.account_values(account, el.flag(request, "applyCos", True))
    if el.flag(request, "effectiveQuota") and world.flavour != "carbonio":
        values = {**values, "zimbraMailQuota": [str(limits.effective_quota(world, account))]}
    made = el.response(request)
    shown.put(made, "account", account, values, asked)
    return made


def select(
    context: Context, request: Element, right: str, kinds: Iterable[str] = PEOPLE
) -> tuple[Entry, str]:
    """Account a request selects, and how it was called; refuses as Zimbra does."""
    by, value = shown.selected(request, "account")
    account = shown.find_person(context, by, value)
    if account is None or account.kind not in kinds:
        raise access.hide_missing(context, "account", value, by == "name")
    access.require_account(context, right, account, value)
    return account, value


def by_id(context: Context, id_: str | None, right: str, *kinds: str) -> Entry:
    """Account by id; refuses as Zimbra does."""
    account = context.world.directory.find(id_, *(kinds or PEOPLE))
    if account is None:
        raise access.hide_missing(context, "account", id_, False)
    access.require_account(context, right, account, id_ or "")
    return account


def change(context: Context, request: Element) -> Element:
    """ModifyAccountRequest."""
    id_ = el.required(request, "id")
    account = by_id(context, id_, "modifyAccount")
    changes = modify.read(el.pairs(request))
    change_person(context, account, id_, changes)
    made = el.response(request)
    shown.account(context, made, account)
    return made


def change_person(
    context: Context, account: Entry, asked: str, changes: list[Change]
) -> None:
    """Change an account's or a resource's attributes, all or none."""
    world = context.world
    _check_rights(context, account, asked, changes)
    accountrules.check_quota_change(context, changes)
    _refuse_foreign(world, changes)
    modify.check_values(world.schema, changes)
    changes = accountrules.before(world, account, changes)
    changes = accountrules.keeps_reason(account, changes)
    password = accountrules.find(changes, "userPassword")
    modify.apply(world.schema, account, changes)
    if password is not None:
        account.password = password.value or None
        account.put("userPassword")
    accountrules.after(world, account, changes)


def _refuse_foreign(world: World, changes: list[Change]) -> None:
    """A domain's status on an account trips over a cast inside Zimbra."""
    if accountrules.find(changes, "zimbraDomainStatus") is not None:
        raise faults.failure(
            "java.lang.ClassCastException: class com.zimbra.cs.account.ldap.entry.LdapAccount "
            "cannot be cast to class com.zimbra.cs.account.Domain "
            "(com.zimbra.cs.account.ldap.entry.LdapAccount and com.zimbra.cs.account.Domain "
            "are in unnamed module of loader 'app')"
        )


def _check_rights(
    context: Context, account: Entry, asked: str, changes: list[Change]
) -> None:
    if context.is_global_admin:
        return
    _refuse_flags(context, changes)
    _cos_for(context, changes)
    # The quota and the COS have checks of their own.
    others = [c.name for c in changes if c.name not in ("zimbraMailQuota", "zimbraCOSId")]
    if access.may_set(context, account, others) is not None:
        raise faults.denied(f"can not access account {asked}")


def delete(context: Context, request: Element) -> Element:
    """DeleteAccountRequest: the mailbox, the addresses and the memberships go too."""
    account = by_id(context, el.required(request, "id"), "deleteAccount")
    remove_person(context.world, account)
    return el.response(request)


def remove_person(world: World, account: Entry) -> None:
    """Take an account out of the world."""
    accountrules.leave_lists(world, account)
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


def info(context: Context, request: Element) -> Element:
    """GetAccountInfoRequest."""
    account, _ = select(context, request, "getAccountInfo")
    world = context.world
    made = el.response(request)
    el.add(made, "name", content=account.name)
    for name in ("zimbraId", "zimbraMailHost"):
        for value in account.attrs.get(name, ()):
            el.add(made, "a", {"n": name}, value)
    cos = world.cached_cos(account)
    el.add(made, "cos", {"name": cos.name, "id": cos.id})
    el.add(made, "soapURL", content=context.user_url)
    el.add(made, "adminSoapURL", content=context.admin_url)
    el.add(made, "publicMailURL", content=context.user_url.partition("/service/")[0])
    return made


def all_accounts(context: Context, request: Element) -> Element:
    """GetAllAccountsRequest: everything of everyone, heavy on purpose."""
    world = context.world
    domain = el.child(request, "domain")
    server = el.child(request, "server")
    if domain is not None:
        found = find_domain(context, domain)
        people: Iterable[Entry] = world.directory.of_domain(found.name, "account")
    else:
        people = world.directory.all("account")
    if server is not None:
        host = find_server(context, server).name
        people = [each for each in people if world.home(each) == host]
    made = el.response(request)
    for each in sorted(people, key=lambda entry: entry.name):
        if access.may(context, "listAccount", each):
            shown.account(context, made, each)
    return made


def find_domain(context: Context, selector: Element) -> Entry:
    """Domain a selector child names."""
    by, value = el.required(selector, "by"), el.text(selector)
    directory = context.world.directory
    if by == "id":
        found = directory.find(value, "domain")
    elif by == "name":
        found = directory.domains.get(names.ascii_domain(value))
    else:
        raise faults.invalid(f"unknown key: {by}")
    if found is None:
        raise faults.no_such("domain", value)
    return found


def find_server(context: Context, selector: Element) -> Entry:
    """Server a selector child names."""
    by, value = el.required(selector, "by"), el.text(selector)
    directory = context.world.directory
    if by == "id":
        found = directory.find(value, "server")
    elif by in ("name", "serviceHostname"):
        found = directory.servers.get(value)
    else:
        raise faults.invalid(f"unknown key: {by}")
    if found is None:
        raise faults.no_such("server", value)
    return found


ADMIN = {
    "CreateAccountRequest": create,
    "GetAccountRequest": get,
    "ModifyAccountRequest": change,
    "DeleteAccountRequest": delete,
    "GetAccountInfoRequest": info,
    "GetAllAccountsRequest": all_accounts,
}
