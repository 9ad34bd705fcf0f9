"""Further addresses of accounts and lists.

Source: `service/admin/AddAccountAlias.java`, `RemoveAccountAlias.java`,
`AddDistributionListAlias.java`, `LdapProvisioning.addAliasInternal`/`removeAliasInternal`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, names
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import LISTS, PEOPLE, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import by_id
from puq_zimbra.simulator.status import refuse_suspended
from puq_zimbra.simulator.world import World


def add_to_account(context: Context, request: Element) -> Element:
    """AddAccountAliasRequest."""
    id_ = el.required(request, "id")
    alias = el.required(request, "alias")
    account = by_id(context, id_, "addAccountAlias")
    add(context, account, alias)
    return el.response(request)


def add(context: Context, target: Entry, alias: str) -> None:
    """Give a target one more address, in any domain of the system."""
    world = context.world
    local, domain_name = names.split_address(alias)
    domain = world.domain_named(domain_name)
    access.require(context, "createAlias", domain, "domain", domain.name)
    refuse_suspended(world, domain.name)
    names.check_local(local)
    address = f"{local}@{domain.name}"
    if address in world.directory.addresses:
        raise faults.account_exists(address, names.dn(address))
    world.directory.add_alias(target, address, world.timestamp())


def remove_from_account(context: Context, request: Element) -> Element:
    """RemoveAccountAliasRequest: with an unknown id a live alias stays, and that is success."""
    id_ = el.child_first(request, "id")
    alias = el.child_first(request, "alias")
    if alias is None:
        raise faults.null_pointer("String.indexOf(int)", '"addr" is null')
    world = context.world
    account = world.directory.find(id_, *PEOPLE)
    if account is not None:
        access.require_account(context, "removeAccountAlias", account, id_ or "")
    elif not context.is_global_admin:
        raise access.hide_missing(context, "account", id_, False)
    remove(world, account, alias)
    return el.response(request)


def remove(world: World, target: Entry | None, alias: str) -> None:
    """Take an address away; NO_SUCH_ALIAS when it is none of the target's."""
    local, domain_name = names.split_address(alias)
    refuse_suspended(world, world.domain_named(domain_name).name)
    address = f"{local}@{domain_name}"
    if target is None:
        return
    held = address in world.directory.aliases and world.directory.addresses[address] is target
    if not held:
        world.directory.drop_alias(target, address) if address != target.name else None
        raise faults.no_such("alias", address)
    world.directory.drop_alias(target, address)
    for each in list(world.directory.lists_holding([address])):
        if each.members is not None:
            each.members.pop(address, None)


def add_to_list(context: Context, request: Element) -> Element:
    """AddDistributionListAliasRequest."""
    target = _list(context, request, "addDistributionListAlias")
    add(context, target, el.required(request, "alias"))
    return el.response(request)


def remove_from_list(context: Context, request: Element) -> Element:
    """RemoveDistributionListAliasRequest."""
    target = _list(context, request, "removeDistributionListAlias")
    remove(context.world, target, el.required(request, "alias"))
    return el.response(request)


def _list(context: Context, request: Element, right: str) -> Entry:
    id_ = el.required(request, "id")
    found = context.world.directory.find(id_, *LISTS)
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
