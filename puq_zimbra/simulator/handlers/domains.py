"""Domains: create, read, change, delete.

Source: `service/admin/CreateDomain.java`, `GetDomain.java`, `ModifyDomain.java`,
`DeleteDomain.java`, `LdapProvisioning.createDomain`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, domainrules, faults, modify, names, shown
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.world import World

#: Enums that CreateDomain stores unchecked (their callbacks run at modification only).
_UNCHECKED = ("zimbraDomainStatus", "zimbraDomainType")


def create(context: Context, request: Element) -> Element:
    """CreateDomainRequest."""
    name = el.required(request, "name")
    changes = modify.read(el.pairs(request))
    _require_create(context, name)
    domain = create_domain(context.world, name, changes)
    made = el.response(request)
    shown.domain(context, made, domain)
    return made


def _require_create(context: Context, name: str) -> None:
    if context.is_global_admin:
        return
    parent = name.lower().strip().partition(".")[2]
    found = context.world.directory.domains.get(parent)
    if found is not None:
        access.require(context, "createSubDomain", found, "domain", found.name)
    else:
        access.require(context, "createTopDomain", None, "global", "globalacltarget")


def create_domain(world: World, name: str, changes: list[Change]) -> Entry:
    """Make a domain; parents need not exist, no DNS is asked."""
    wanted = names.new_domain(name)
    checked = [c for c in changes if c.name not in (*_UNCHECKED, "zimbraId")]
    modify.check_values(world.schema, checked)
    if wanted in world.directory.domains:
        raise faults.domain_exists(wanted)
    given = {change.name: change for change in changes}
    cos = given.get("zimbraDomainDefaultCOSId")
    known = cos is None or cos.clears or world.directory.find(cos.value, "cos") is not None
    # What a callback refuses at modification in its own words is wrapped here.
    if "zimbraId" in given or not known or not domainrules.knows_auth_mech(changes):
        raise faults.failure(f"unable to create domain: {wanted}")
    values = modify.for_create(world.schema, "domain", changes)
    id_ = new_id()
    kind = values.get("zimbraDomainType", ["local"])[0]
    attrs = {
        "zimbraDomainStatus": ["active"],
        "zimbraMailStatus": ["enabled"],
        "zimbraDomainType": [kind],
        "o": [f"{wanted} domain"],
        "dc": [wanted.partition(".")[0]],
        **values,
        "zimbraDomainName": [wanted],
        "zimbraId": [id_],
        "zimbraCreateTimestamp": [world.timestamp()],
        "objectClass": ["dcObject", "organization", "zimbraDomain", "amavisAccount"],
    }
    if kind == "alias":
        attrs.setdefault("zimbraMailCatchAllAddress", [f"@{wanted}"])
    entry = Entry("domain", id_, wanted, attrs)
    world.directory.add(entry)
    world.set_foreign_names(entry, values.get("zimbraForeignName", ()))
    return entry


def get(context: Context, request: Element) -> Element:
    """GetDomainRequest."""
    by, value = shown.selected(request, "domain")
    apply_config = el.flag(request, "applyConfig", True)
    found = look_up(context.world, by, value)
    if found is None:
        raise faults.no_such("domain", value)
    asked = shown.wanted(context, request, "domain")
    made = el.response(request)
    shown.domain(context, made, found, asked, apply_config)
    return made


def look_up(world: World, by: str, value: str) -> Entry | None:
    directory = world.directory
    if by == "name":
        return directory.domains.get(names.ascii_domain(value))
    if by == "id":
        return directory.find(value, "domain")
    if by == "foreignName":
        return _foreign(world, value)
    if by not in ("virtualHostname", "krb5Realm"):
        raise faults.invalid(f"unknown key: {by}")
    attribute = {
        "virtualHostname": "zimbraVirtualHostname",
        "krb5Realm": "zimbraAuthKerberos5Realm",
    }[by]
    return _holder(world, attribute, value)


def _holder(world: World, attribute: str, value: str) -> Entry | None:
    for domain in world.directory.domains.values():
        if value.lower() in (each.lower() for each in domain.attrs.get(attribute, ())):
            return domain
    return None


def _foreign(world: World, value: str) -> Entry | None:
    """The look-up is cached: a value taken off its domain still finds it."""
    cached = world.directory.find(world.foreign_names.get(value.lower()), "domain")
    return cached or _holder(world, "zimbraForeignName", value)


def all_domains(context: Context, request: Element) -> Element:
    """GetAllDomainsRequest: those the caller may list."""
    apply_config = el.flag(request, "applyConfig", True)
    made = el.response(request)
    for domain in context.world.directory.domains.values():
        if access.may(context, "listDomain", domain):
            shown.domain(context, made, domain, None, apply_config)
    return made


def change(context: Context, request: Element) -> Element:
    """ModifyDomainRequest."""
    id_ = el.required(request, "id")
    changes = modify.read(el.pairs(request))
    domain = context.world.directory.find(id_, "domain")
    if domain is None:
        raise faults.no_such("domain", id_)
    if domain.first("zimbraDomainStatus") == "shutdown":
        raise faults.denied("can not access domain, domain is in shutdown status")
    change_domain(context, domain, changes)
    made = el.response(request)
    shown.domain(context, made, domain)
    return made


def change_domain(context: Context, domain: Entry, changes: list[Change]) -> None:
    """Change a domain's attributes, all or none."""
    world = context.world
    refused = access.may_set(
        context, domain, [c.name for c in changes if c.name != "zimbraDomainDefaultCOSId"]
    )
    if refused is not None:
        raise faults.denied(f"cannot access attribute {refused} on domain target {domain.name}")
    if world.flavour == "carbonio":
        domainrules.check_carbonio(context, domain, changes)
    modify.check_values(world.schema, changes)
    changes = domainrules.before(context, domain, changes)
    modify.apply(world.schema, domain, changes)
    domainrules.after(world, domain, changes)


def delete(context: Context, request: Element) -> Element:
    """DeleteDomainRequest: only an empty domain; empty alias domains of it go too."""
    id_ = el.required(request, "id")
    domain = context.world.directory.find(id_, "domain")
    if domain is None:
        raise faults.no_such("domain", id_)
    access.require(context, "deleteDomain", domain, "domain", domain.name)
    delete_domain(context.world, domain)
    return el.response(request)


def delete_domain(world: World, domain: Entry) -> None:
    """Delete an empty domain."""
    directory = world.directory
    followers = [
        each
        for each in directory.domains.values()
        if each.first("zimbraDomainAliasTargetId") == domain.id and each is not domain
    ]
    for each in followers:
        if _remaining(world, each):
            raise faults.failure(f"alias domain {each.name} of domain {domain.name} is not empty")
    remaining = _remaining(world, domain)
    if remaining:
        if all(",cn=groups," in each for each in remaining):
            # The people branch is gone before the groups are noticed.
            directory.headless.add(domain.name)
        listed = " ".join(f"[{each}]" for each in remaining[:4])
        raise faults.Fault(
            "account.DOMAIN_NOT_EMPTY",
            f"domain not empty: {domain.name} (remaining entries: {listed} ...)",
        )
    for each in (*followers, domain):
        directory.remove(each)
    if world.config.get("zimbraDefaultDomainName") == [domain.name]:
        world.config.pop("zimbraDefaultDomainName")


def _remaining(world: World, domain: Entry) -> list[str]:
    found = [
        names.dn(each.name)
        for each in world.directory.of_domain(domain.name, "account", "resource", "list")
    ]
    suffix = f"@{domain.name}"
    found += [names.dn(each) for each in world.directory.aliases if each.endswith(suffix)]
    base = names.dn(suffix).partition(",")[2].partition(",")[2]
    found += [
        f"cn={each.name.partition('@')[0]},cn=groups,{base}"
        for each in world.directory.of_domain(domain.name, "group")
    ]
    return found


ADMIN = {
    "CreateDomainRequest": create,
    "GetDomainRequest": get,
    "GetAllDomainsRequest": all_domains,
    "ModifyDomainRequest": change,
    "DeleteDomainRequest": delete,
}
