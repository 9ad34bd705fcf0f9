"""Accounts: create, read, change, delete.

Source: `service/admin/CreateAccount.java`, `GetAccount.java`, `ModifyAccount.java`,
`DeleteAccount.java`, `GetAccountInfo.java`, `GetAllAccounts.java`, `LdapProvisioning`.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.simulator import access, carbonio, faults, limits, modify, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.accounts import change_account, make_account, remove_account
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, Entry
from puq_zimbra.simulator.element import Element


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
    account = make_account(context, "account", name, el.child_first(request, "password"), changes)
    made = el.response(request)
    rendering.account(context, made, account)
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
    asked = rendering.wanted(context, request, "account")
    state = context.state
    values = state.account_values(account, el.mild_flag(request, "applyCos", True))
    if el.mild_flag(request, "effectiveQuota") and state.is_recent:
        values = {**values, "zimbraMailQuota": [str(limits.effective_quota(state, account))]}
    made = el.response(request)
    rendering.put(made, "account", account, values, asked)
    return made


def select(
    context: Context,
    request: Element,
    right: str,
    kinds: Iterable[str] = ACCOUNT_KINDS,
    tag: str = "account",
) -> Entry:
    """Account a request selects; refuses as Zimbra does."""
    by, value = rendering.selected(request, tag)
    account = rendering.find_account(context, by, value)
    if account is None or account.kind not in kinds:
        raise access.hide_missing(context, "account", value, by == "name")
    access.require_account(context, right, account, value)
    return account


def by_id(context: Context, id_: str | None, right: str | None, *kinds: str) -> Entry:
    """Account by id; refuses as Zimbra does."""
    account = context.state.directory.find(id_, *(kinds or ACCOUNT_KINDS))
    if account is None:
        raise access.hide_missing(context, "account", id_, False)
    access.require_account(context, right, account, id_ or "")
    return account


def change(context: Context, request: Element) -> Element:
    """ModifyAccountRequest."""
    id_ = el.child_first(request, "id")
    if id_ is None:
        raise faults.invalid("missing required attribute: id")
    account = by_id(context, id_, None)
    pairs = list(el.pairs(request, jaxb=True))
    if context.state.is_carbonio:
        carbonio.refuse_twice(pairs)
    change_account(context, account, account.id, modify.read(pairs))
    made = el.response(request)
    rendering.account(context, made, account)
    return made


def delete(context: Context, request: Element) -> Element:
    """DeleteAccountRequest: the mailbox, the addresses and the memberships go too."""
    account = by_id(context, el.required(request, "id"), "deleteAccount")
    if context.state.is_carbonio:
        carbonio.close_for_deletion(context.state, account)
    remove_account(context.state, account)
    return el.response(request)


def info(context: Context, request: Element) -> Element:
    """GetAccountInfoRequest."""
    account = select(context, request, "getAccountInfo")
    state = context.state
    made = el.response(request)
    el.add(made, "name", content=account.name)
    more = ("zimbraAccountStatus",) if state.is_carbonio else ()
    for name in ("zimbraId", "zimbraMailHost", *more):
        for value in account.attrs.get(name, ()):
            el.add(made, "a", {"n": name}, value)
    cos = state.cached_cos(account)
    el.add(made, "cos", {"name": cos.name, "id": cos.id})
    el.add(made, "soapURL", content=context.user_url)
    el.add(made, "adminSoapURL", content=context.admin_url)
    el.add(made, "publicMailURL", content=context.user_url.partition("/service/")[0])
    return made


def all_accounts(context: Context, request: Element) -> Element:
    """GetAllAccountsRequest: everything of everyone, heavy on purpose."""
    state = context.state
    domain = el.child(request, "domain")
    server = el.child(request, "server")
    if domain is not None:
        found = find_domain(context, domain)
        accounts: Iterable[Entry] = state.directory.of_domain(found.name, "account")
    else:
        accounts = state.directory.all("account")
    if server is not None:
        host = find_server(context, server).name
        accounts = [each for each in accounts if state.home(each) == host]
    made = el.response(request)
    for each in sorted(accounts, key=lambda entry: entry.name):
        if access.may(context, "listAccount", each):
            rendering.account(context, made, each)
    return made


_ADMIN_FLAGS = (
    "zimbraIsAdminAccount",
    "zimbraIsDelegatedAdminAccount",
    "zimbraIsDomainAdminAccount",
)


def all_admins(context: Context, request: Element) -> Element:
    """GetAllAdminAccountsRequest: global and delegated administrators."""
    made = el.response(request)
    for each in context.state.directory.all("account"):
        is_admin = any(each.first(flag) == "TRUE" for flag in _ADMIN_FLAGS)
        if is_admin and access.may(context, "listAccount", each):
            rendering.account(context, made, each)
    return made


def find_domain(context: Context, selector: Element) -> Entry:
    """Domain a selector child names."""
    by, value = el.required(selector, "by"), el.text(selector)
    directory = context.state.directory
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
    directory = context.state.directory
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
