"""New names for accounts.

Source: `service/admin/RenameAccount.java`, `ChangePrimaryEmail.java`,
`LdapProvisioning.renameAccount`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, limits, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id, select
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import refuse_suspended


def rename(context: Context, request: Element) -> Element:
    """RenameAccountRequest."""
    id_ = el.child_first(request, "id")
    if id_ is None:
        raise faults.invalid("missing required attribute: id")
    account = by_id(context, id_, "renameAccount")
    new_name = el.child_first(request, "newName")
    if new_name is None:
        raise faults.null_pointer("String.indexOf(int)", '"email" is null')
    rename_account(context, account, new_name)
    made = el.response(request)
    rendering.account(context, made, account)
    return made


def rename_account(context: Context, account: Entry, new_name: str) -> None:
    """Rename an account; its lists follow, on a change of domain its aliases too."""
    state = context.state
    local, domain_name = names.split_address(new_name)
    domain = state.directory.domains.get(domain_name)
    if domain is None:
        raise faults.no_such("domain", domain_name)
    if domain.name != account.domain:
        access.require(context, "createAccount", domain, "domain", domain.name)
        refuse_suspended(state, domain.name)
        if domain.first("zimbraDomainType") == "alias":
            raise faults.invalid("domain type must be local")
    names.check_local(local)
    address = f"{local}@{domain.name}"
    if address == account.name:
        leave_lists_by_own_name(state, account)
        state.mailbox(account)
        return
    if domain.name != account.domain and account.kind == "account":
        own = {name: values[0] for name, values in account.attrs.items()}
        limits.check_new_account(state, domain, account.first("zimbraCOSId"), own)
    if address in state.directory.addresses:
        raise faults.account_exists(address, names.dn(address))
    move(state, account, address)
    state.mailbox(account)


def leave_lists_by_own_name(state: State, entry: Entry) -> None:
    """Remove an entry that is renamed to its present name from every list, as Zimbra does.

    The removal of the old address comes after the addition of the new one.
    """
    for each in list(state.directory.lists_holding([entry.name])):
        if each.members is not None:
            each.members.pop(entry.name)


def move(state: State, entry: Entry, address: str) -> None:
    """Give an entry a new primary address, aliases and lists included."""
    old = entry.name
    pairs = {old: address}
    if address.rpartition("@")[2] != entry.domain:
        pairs.update(_moved_aliases(state, entry, address))
    replace_in_lists(state, pairs)
    state.directory.move(entry, address)
    for old_alias, new_alias in pairs.items():
        if old_alias != old:
            held = state.directory.aliases.pop(old_alias)
            state.directory.addresses.pop(old_alias, None)
            held.name = new_alias
            state.directory.aliases[new_alias] = held
            state.directory.addresses[new_alias] = entry
    for name in ("mail", "zimbraMailAlias", "zimbraMailDeliveryAddress"):
        if name in entry.attrs:
            entry.put(name, *(pairs.get(value, value) for value in entry.attrs[name]))
    named = entry.first("displayName") is not None
    local, old_local = address.partition("@")[0], old.partition("@")[0]
    if "uid" in entry.attrs:
        entry.put("uid", local)
        if entry.first("cn") == old_local and entry.kind != "list" and not named:
            entry.put("cn", local)
    if entry.first("zimbraPrefFromAddress") == old:
        entry.put("zimbraPrefFromAddress", address)
    state.forget_cos(entry)


def _moved_aliases(state: State, entry: Entry, address: str) -> dict[str, str]:
    """Aliases in the old domain move to the new one; the same local part in both is a trap."""
    domain = address.rpartition("@")[2]
    moved: dict[str, str] = {}
    for alias in entry.aliases:
        local, _, alias_domain = alias.partition("@")
        if alias_domain != entry.domain:
            continue
        wanted = f"{local}@{domain}"
        if wanted in state.directory.addresses:
            # Zimbra fails here half done: the entry has moved, the lists are rewritten.
            replace_in_lists(state, {entry.name: address})
            raise faults.failure(f"unable to rename account: {entry.name}: alias {wanted} exists")
        moved[alias] = wanted
    return moved


def replace_in_lists(state: State, pairs: dict[str, str]) -> None:
    """Rewrite addresses in every list that holds them."""
    for each in list(state.directory.lists_holding(pairs, *LISTS)):
        if each.members is not None:
            each.members = {pairs.get(member, member): None for member in each.members}


def change_primary(context: Context, request: Element) -> Element:
    """ChangePrimaryEmailRequest: a rename that keeps the old address as an alias."""
    account = select(context, request, "renameAccount")
    new_name = el.text(el.required_child(request, "newName"))
    old = account.name
    if names.ascii_address(new_name) == old:
        raise faults.account_exists(old, names.dn(old))
    if names.ascii_address(new_name).rpartition("@")[2] != account.domain:
        raise faults.failure(f"unable to rename account: {old}")
    rename_account(context, account, new_name)
    state = context.state
    state.directory.add_alias(account, old, state.timestamp())
    held = account.attrs.get("zimbraPrimaryEmailChangeHistory", [])
    account.put("zimbraPrimaryEmailChangeHistory", *held, f"{old}|{state.now_ms()}")
    made = el.response(request)
    rendering.account(context, made, account)
    return made


ADMIN = {
    "RenameAccountRequest": rename,
    "ChangePrimaryEmailRequest": change_primary,
}
