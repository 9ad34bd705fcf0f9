"""Domains: create, read, change, delete.

Source: `service/admin/CreateDomain.java`, `GetDomain.java`, `ModifyDomain.java`,
`DeleteDomain.java`, `LdapProvisioning.createDomain`.
"""

from __future__ import annotations

from puq_zimbra.simulator import (
    access,
    callbacks,
    carbonio,
    domainrules,
    faults,
    modify,
    names,
    rendering,
)
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry, new_id
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.modify import Change
from puq_zimbra.simulator.state import State

_CONFLICT = (
    "Virtual hostname conflicts detected. The following virtual hostnames are already in use by "
    "other domains: "
)
#: Enums that CreateDomain stores unchecked (their callbacks run at modification only).
_UNCHECKED = ("zimbraDomainStatus", "zimbraDomainType")

_CLASSES = ("dcObject", "organization", "zimbraDomain", "amavisAccount")


def create(context: Context, request: Element) -> Element:
    """CreateDomainRequest."""
    name = el.required(request, "name")
    changes = modify.read(el.pairs(request))
    _require_create(context, name)
    domain = create_domain(context.state, name, changes)
    made = el.response(request)
    rendering.domain(context, made, domain)
    return made


def _require_create(context: Context, name: str) -> None:
    if context.is_global_admin:
        return
    parent = name.lower().strip().partition(".")[2]
    found = context.state.directory.domains.get(parent)
    if found is not None:
        access.require(context, "createSubDomain", found, "domain", found.name)
    else:
        access.require(context, "createTopDomain", None, "global", "globalacltarget")


def create_domain(state: State, name: str, changes: list[Change]) -> Entry:
    """Make a domain; parents need not exist, no DNS is asked."""
    wanted = names.new_domain(name)
    checked = [c for c in changes if c.name not in (*_UNCHECKED, "zimbraId")]
    modify.check_values(state.schema, checked)
    if wanted in state.directory.domains:
        raise faults.domain_exists(wanted)
    given = {change.name: change for change in changes}
    cos = given.get("zimbraDomainDefaultCOSId")
    known = cos is None or cos.clears or state.directory.find(cos.value, "cos") is not None
    # What a callback refuses at modification in its own words is wrapped here.
    if "zimbraId" in given or not known or not domainrules.knows_auth_mech(changes):
        raise faults.failure(f"unable to create domain: {wanted}")
    values = modify.for_create(state.schema, "domain", changes)
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
        "zimbraCreateTimestamp": [state.timestamp()],
        "objectClass": [*values.get("objectClass", ()), *_CLASSES],
    }
    if kind == "alias" and state.is_carbonio:
        attrs.update(domainrules.catch_all_of_carbonio(state, values))
    if kind == "alias":
        attrs.setdefault("zimbraMailCatchAllAddress", [f"@{wanted}"])
    entry = Entry("domain", id_, wanted, attrs)
    state.directory.add(entry)
    state.set_foreign_names(entry, values.get("zimbraForeignName", ()))
    return entry


def get(context: Context, request: Element) -> Element:
    """GetDomainRequest."""
    by, value = rendering.selected(request, "domain")
    apply_config = el.flag(request, "applyConfig", True)
    found = look_up(context.state, by, value)
    if found is None:
        raise faults.no_such("domain", value)
    asked = rendering.wanted(context, request, "domain")
    made = el.response(request)
    rendering.domain(context, made, found, asked, apply_config)
    return made


def look_up(state: State, by: str, value: str) -> Entry | None:
    """Find a domain by name, id, virtual host or foreign name."""
    directory = state.directory
    if by == "name":
        return directory.domains.get(names.ascii_domain(value))
    if by == "id":
        return directory.find(value, "domain")
    if by == "foreignName":
        return _foreign(state, value)
    if by not in ("virtualHostname", "krb5Realm"):
        raise faults.invalid(f"unknown key: {by}")
    attribute = {
        "virtualHostname": "zimbraVirtualHostname",
        "krb5Realm": "zimbraAuthKerberos5Realm",
    }[by]
    return _holder(state, attribute, value)


def _holder(state: State, attribute: str, value: str) -> Entry | None:
    """Domain that has a value; of several the one that was changed last."""
    for domain in reversed(state.directory.domains.values()):
        if value.lower() in (each.lower() for each in domain.attrs.get(attribute, ())):
            return domain
    return None


def _foreign(state: State, value: str) -> Entry | None:
    """The look-up is cached: a value taken off its domain still finds it."""
    cached = state.directory.find(state.foreign_names.get(value.lower()), "domain")
    return cached or _holder(state, "zimbraForeignName", value)


def all_domains(context: Context, request: Element) -> Element:
    """GetAllDomainsRequest: those the caller may list."""
    apply_config = el.flag(request, "applyConfig", True)
    made = el.response(request)
    for domain in context.state.directory.domains.values():
        if access.may(context, "listDomain", domain):
            rendering.domain(context, made, domain, None, apply_config)
    return made


def change(context: Context, request: Element) -> Element:
    """ModifyDomainRequest."""
    id_ = el.required(request, "id")
    changes = modify.read(el.pairs(request))
    domain = context.state.directory.find(id_, "domain")
    if domain is None:
        raise faults.no_such("domain", id_)
    if domain.first("zimbraDomainStatus") == "shutdown":
        raise faults.denied("can not access domain, domain is in shutdown status")
    change_domain(context, domain, changes)
    made = el.response(request)
    rendering.domain(context, made, domain)
    if context.state.is_carbonio:
        _warn_of_conflicts(context.state, made, domain, changes)
    return made


def _warn_of_conflicts(state: State, made: Element, domain: Entry, changes: list[Change]) -> None:
    others = ", ".join(carbonio.host_conflicts(state, domain, changes))
    if others:
        text = f"{_CONFLICT}{others}. This may cause routing issues."
        el.add(made, "warning", {"type": "duplicate_virtual_hostname", "message": text})


def change_domain(context: Context, domain: Entry, changes: list[Change]) -> None:
    """Change a domain's attributes, all or none."""
    state = context.state
    access.require_set(context, domain, [each.name for each in changes])
    if state.is_carbonio:
        domainrules.check_carbonio(context, domain, changes)
    domainrules.check_default_cos(context, changes)
    modify.check_values(state.schema, changes)
    callbacks.check(state, domain, changes)
    changes = domainrules.before(state, domain, changes)
    domainrules.check_selector(state, domain, changes)
    modify.apply(state.schema, domain, changes)
    domainrules.after(state, domain, changes)


def delete(context: Context, request: Element) -> Element:
    """DeleteDomainRequest: only an empty domain; empty alias domains of it go too."""
    id_ = el.required(request, "id")
    domain = context.state.directory.find(id_, "domain")
    if domain is None:
        raise faults.no_such("domain", id_)
    access.require(context, "deleteDomain", domain, "domain", domain.name)
    delete_domain(context.state, domain)
    return el.response(request)


def delete_domain(state: State, domain: Entry) -> None:
    """Delete an empty domain."""
    directory = state.directory
    followers = [
        each
        for each in directory.domains.values()
        if each.first("zimbraDomainAliasTargetId") == domain.id and each is not domain
    ]
    for each in followers:
        if _remaining(state, each):
            raise faults.failure(f"alias domain {each.name} of domain {domain.name} is not empty")
    remaining = _remaining(state, domain)
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
    if state.config.get("zimbraDefaultDomainName") == [domain.name]:
        state.config.pop("zimbraDefaultDomainName")


def _remaining(state: State, domain: Entry) -> list[str]:
    found = [
        names.dn(each.name)
        for each in state.directory.of_domain(domain.name, "account", "resource", "list")
    ]
    suffix = f"@{domain.name}"
    found += [names.dn(each) for each in state.directory.aliases if each.endswith(suffix)]
    found += [
        names.dn_of_group(each.name) for each in state.directory.of_domain(domain.name, "group")
    ]
    return found


ADMIN = {
    "CreateDomainRequest": create,
    "GetDomainRequest": get,
    "GetAllDomainsRequest": all_domains,
    "ModifyDomainRequest": change,
    "DeleteDomainRequest": delete,
}
