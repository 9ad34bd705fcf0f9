"""Further addresses of accounts and lists.

Source: `service/admin/AddAccountAlias.java`, `RemoveAccountAlias.java`,
`AddDistributionListAlias.java`, `LdapProvisioning.addAliasInternal`/`removeAliasInternal`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, modify, names
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.status import refuse_suspended


def add_to_account(context: Context, request: Element) -> Element:
    """AddAccountAliasRequest."""
    id_ = el.required(request, "id")
    alias = el.required(request, "alias")
    account = by_id(context, id_, "addAccountAlias")
    add(context, account, alias)
    return el.response(request)


def add(context: Context, target: Entry, alias: str) -> None:
    """Give a target one more address, in any domain of the system."""
    state = context.state
    local, domain_name = names.split_address(alias)
    domain = state.domain_named(domain_name)
    access.require(context, "createAlias", domain, "domain", domain.name)
    refuse_suspended(state, domain.name)
    names.check_local(local)
    address = f"{local}@{domain.name}"
    holder = state.directory.addresses.get(address)
    left = state.directory.aliases.get(address)
    owner = state.directory.by_id.get(left.target) if left is not None else None
    named = holder is not None and holder.name == address
    if named and holder is not None and holder.kind != "group":
        raise faults.account_exists(address, names.dn(address))
    if owner is not None and (owner is not target or address in target.aliases):
        raise faults.account_exists(address, names.dn(address))
    if left is None or owner is None:
        state.directory.add_alias_entry(target, address, state.timestamp())
    if named:
        # Only now is ``mail`` found to be a dynamic list's; the alias' own entry stays behind.
        _refuse_mail(address)
    state.directory.add_alias(target, address, state.timestamp())


def _refuse_mail(address: str) -> None:
    """Refuse an address that is in use as ``mail``, as the directory does."""
    raise faults.bad_value(
        f"invalid attr value: invalid attr value - {modify.MODIFYING}: {faults.LDAP_HOST}: "
        f"non-unique attributes found with (|(mail={address}))"
    )


def remove_from_account(context: Context, request: Element) -> Element:
    """RemoveAccountAliasRequest: with an unknown id a live alias stays, and that is success."""
    id_ = el.child_first(request, "id")
    alias = el.child_first(request, "alias")
    if alias is None:
        raise faults.null_pointer("String.indexOf(int)", '"addr" is null')
    state = context.state
    account = state.directory.find(id_, *ACCOUNT_KINDS)
    if account is not None:
        access.require_account(context, "removeAccountAlias", account, id_ or "")
    elif not context.is_global_admin:
        raise access.hide_missing(context, "account", id_, False)
    remove(state, account, alias)
    return el.response(request)


def remove(state: State, target: Entry | None, alias: str) -> None:
    """Take an address away; NO_SUCH_ALIAS when it is none of the target's.

    The values of the target, the lists and the alias' own entry are cleaned all the same, unless
    the alias is another living entry's (`LdapProvisioning.removeAliasInternal`).
    """
    local, domain_name = names.split_address(alias)
    refuse_suspended(state, state.domain_named(domain_name).name)
    address = f"{local}@{domain_name}"
    directory = state.directory
    entry = directory.aliases.get(address)
    owner = directory.by_id.get(entry.target) if entry is not None else None
    if target is not None:
        directory.drop_alias(target, address)
    if owner is None or owner is target:
        for each in list(directory.lists_holding([address])):
            if each.members is not None:
                each.members.pop(address, None)
        directory.aliases.pop(address, None)
    if target is not None and (owner is None or owner is not target):
        raise faults.no_such("alias", address)


def add_to_list(context: Context, request: Element) -> Element:
    """AddDistributionListAliasRequest."""
    target = _list(context, request, "addDistributionListAlias")
    add(context, target, el.required(request, "alias"))
    return el.response(request)


def remove_from_list(context: Context, request: Element) -> Element:
    """RemoveDistributionListAliasRequest."""
    target = _list(context, request, "removeDistributionListAlias")
    remove(context.state, target, el.required(request, "alias"))
    return el.response(request)


def _list(context: Context, request: Element, right: str) -> Entry:
    id_ = el.required(request, "id")
    found = context.state.directory.find(id_, *LISTS)
    if found is None:
        raise access.hide_missing(context, "list", id_, False)
    access.require_account(context, right, found, id_)
    return found


ADMIN = {
    "AddAccountAliasRequest": add_to_account,
    "RemoveAccountAliasRequest": remove_from_account,
    "AddDistributionListAliasRequest": add_to_list,
    "RemoveDistributionListAliasRequest": remove_from_list,
}
