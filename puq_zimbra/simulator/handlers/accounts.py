"""Accounts: create, read, change, delete.

Source: `service/admin/CreateAccount.java`, `GetAccount.java`, `ModifyAccount.java`,
`DeleteAccount.java`, `GetAccountInfo.java`, `GetAllAccounts.java`, `LdapProvisioning`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, faults, limits, modify, names, shown
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import PEOPLE, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.people import change_person, create_person, remove_person


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
    account = create_person(context, "account", name, el.child_first(request, "password"), changes)
    made = el.response(request)
    shown.account(context, made, account)
    return made


def get(context: Context, request: Element) -> Element:
    """GetAccountRequest."""
    selector = el.child(request, "account")
    if selector is None or el.optional(selector, "by") is None:
        raise faults.null_pointer(
            "com.zimbra.soap.type.AccountBy.toKeyAccountBy()",
            'the return value of "com.zimbra.soap.type.AccountSelector.getBy()" is null',
        )
    account = select(context, request, "getAccount")
    asked = shown.wanted(context, request, "account")
    world = context.world
    values = world.account_values(account, el.flag(request, "applyCos", True))
    if el.flag(request, "effectiveQuota") and world.is_recent:
        values = {**values, "zimbraMailQuota": [str(limits.effective_quota(world, account))]}
    made = el.response(request)
    shown.put(made, "account", account, values, asked)
    return made


def select(context: Context, request: Element, right: str, kinds: Iterable[str] = PEOPLE) -> Entry:
    """Account a request selects; refuses as Zimbra does."""
    by, value = shown.selected(request, "account")
    account = shown.find_person(context, by, value)
    if account is None or account.kind not in kinds:
        raise access.hide_missing(context, "account", value, by == "name")
    access.require_account(context, right, account, value)
    return account


def by_id(context: Context, id_: str | None, right: str, *kinds: str) -> Entry:
    """Account by id; refuses as Zimbra does."""
    account = context.world.directory.find(id_, *(kinds or PEOPLE))
    if account is None:
        raise access.hide_missing(context, "account", id_, False)
    access.require_account(context, right, account, id_ or "")
    return account


def change(context: Context, request: Element) -> Element:
    """ModifyAccountRequest."""
    id_ = el.child_first(request, "id")
    if id_ is None:
        raise faults.invalid("missing required attribute: id")
    account = by_id(context, id_, "modifyAccount")
    changes = modify.read(el.pairs(request, jaxb=True))
    change_person(context, account, account.id, changes)
    made = el.response(request)
    shown.account(context, made, account)
    return made


def delete(context: Context, request: Element) -> Element:
    """DeleteAccountRequest: the mailbox, the addresses and the memberships go too."""
    account = by_id(context, el.required(request, "id"), "deleteAccount")
    if context.world.flavour == "carbonio":
        _empty_mailbox(context, account)
    remove_person(context.world, account)
    return el.response(request)


def _empty_mailbox(context: Context, account: Entry) -> None:
    """Carbonio closes the account first and deletes a mailbox that must be there; what fails on
    the way leaves the account in maintenance (`DeleteUserUseCase`)."""
    account.put("zimbraAccountStatus", "maintenance")
    if account.id not in context.world.mailboxes:
        raise faults.failure(
            f"Delete account {account.name} has an error: Cannot invoke "
            '"com.zimbra.cs.mailbox.Mailbox.deleteMailbox()" because the return value of '
            '"com.zimbra.cs.mailbox.MailboxManager.getMailboxByAccount('
            'com.zimbra.cs.account.Account, boolean)" is null'
        )


def info(context: Context, request: Element) -> Element:
    """GetAccountInfoRequest."""
    account = select(context, request, "getAccountInfo")
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


_ADMIN_FLAGS = (
    "zimbraIsAdminAccount",
    "zimbraIsDelegatedAdminAccount",
    "zimbraIsDomainAdminAccount",
)


def all_admins(context: Context, request: Element) -> Element:
    """GetAllAdminAccountsRequest: global and delegated administrators."""
    made = el.response(request)
    for each in context.world.directory.all("account"):
        is_admin = any(each.first(flag) == "TRUE" for flag in _ADMIN_FLAGS)
        if is_admin and access.may(context, "listAccount", each):
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
    "GetAllAdminAccountsRequest": all_admins,
}
