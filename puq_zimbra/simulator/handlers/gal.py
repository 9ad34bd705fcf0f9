"""The address book of a domain (GAL), and rooms found by what they have.

Which entries a search finds and which names their values get, the global configuration says
(`zimbraGalLdapFilterDef`, `zimbraGalLdapAttrMap`). Source: `service/admin/SearchGal.java`,
`AutoCompleteGal.java`, `SearchCalendarResources.java`, `service/account/SearchGal.java`,
`GalSearchControl`, `EntrySearchFilter`.
"""

from __future__ import annotations

from collections.abc import Iterator

from puq_zimbra.simulator import access, faults, ldapfilter, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.access import acting
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import ACCOUNT_KINDS, LISTS, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.state import State

_FILTERS = {"all": "Search", "account": "Accounts", "resource": "Resources", "group": "Groups"}
_COMPLETING = {"all": "", "account": "Account", "resource": "Resource", "group": "Group"}
#: Comparisons of a search for rooms; what orders numbers finds nothing in a directory.
_OPERATORS = {
    "eq": "({0}={1})",
    "has": "({0}=*{1}*)",
    "startswith": "({0}={1}*)",
    "endswith": "({0}=*{1})",
    "ge": "({0}>={1})",
    "le": "({0}<={1})",
    "gt": "(&({0}>={1})(!({0}={1})))",
    "lt": "(&({0}<={1})(!({0}={1})))",
}


def search(context: Context, request: Element) -> Element:
    """SearchGalRequest of an administrator."""
    return _by_admin(context, request, completing=False)


def complete(context: Context, request: Element) -> Element:
    """AutoCompleteGalRequest of an administrator."""
    return _by_admin(context, request, completing=True)


def _by_admin(context: Context, request: Element, *, completing: bool) -> Element:
    domain = context.state.domain_named(names.ascii_domain(el.required(request, "domain")))
    access.require(context, "accessGAL", domain, "domain", domain.name)
    return _answer(context, request, domain, context.caller, completing)


def own_search(context: Context, request: Element) -> Element:
    """SearchGalRequest of a user: the address book of his domain."""
    return _by_user(context, request, completing=False)


def own_complete(context: Context, request: Element) -> Element:
    """AutoCompleteGalRequest of a user."""
    return _by_user(context, request, completing=True)


def _by_user(context: Context, request: Element, *, completing: bool) -> Element:
    account = acting(context)
    if context.state.value(account, "zimbraFeatureGalEnabled") == "FALSE":
        raise faults.denied("cannot search GAL")
    domain = context.state.domain_named(account.domain)
    made = _answer(context, request, domain, account, completing)
    made.set("paginationSupported", "0")
    return made


def _answer(
    context: Context, request: Element, domain: Entry, reader: Entry, completing: bool
) -> Element:
    state = context.state
    type_ = el.optional(request, "type") or "account"
    if type_ not in _FILTERS:
        raise faults.invalid(f"unknown gal search type: {type_}")
    limit = el.number(request, "limit", 0)
    asked = el.optional(request, "name") or ""
    key = f"zimbra{_COMPLETING[type_]}AutoComplete" if completing else f"zimbra{_FILTERS[type_]}"
    found = list(_found(state, domain, key, asked))
    shown_ = found[:limit] if limit > 0 else found
    made = el.response(request)
    made.set("more", el.bit(len(shown_) < len(found)))
    groups = access.groups_of(state, reader)
    for entry in shown_:
        _put(state, made, entry, groups)
    return made


def _found(state: State, domain: Entry, key: str, asked: str) -> Iterator[Entry]:
    """Entries of a domain that a filter finds, without those hidden."""
    prefix = f"{key}:"
    defined = state.config.get("zimbraGalLdapFilterDef", ())
    text = next(each for each in defined if each.startswith(prefix))[len(prefix) :]
    wanted = ldapfilter.parse(text.replace("%s", _escaped(asked.strip("*"))).replace("**", "*"))
    for entry in state.directory.of_domain(domain.name, *ACCOUNT_KINDS, *LISTS):
        if entry.first("zimbraHideInGal") != "TRUE" and wanted.matches(_values(entry)):
            yield entry


def _values(entry: Entry) -> Values:
    """Values with the directory's second name of the given name."""
    return {**entry.attrs, "gn": entry.attrs.get("givenName", [])}


def _escaped(text: str) -> str:
    return "".join(f"\\{ord(c):02x}" if c in "*()\\" else c for c in text)


def _put(state: State, parent: Element, entry: Entry, groups: set[str]) -> None:
    dn = names.dn_of_group(entry.name) if entry.kind == "group" else names.dn(entry.name)
    made = el.add(parent, "cn", {"id": dn, "ref": dn})
    if entry.kind in LISTS:
        made.set("isMember", el.bit(entry.id in groups))
    held = _values(entry)
    for rule in state.config.get("zimbraGalLdapAttrMap", ()):
        sources, _, targets = rule.rpartition(" ")[2].partition("=")
        fields = targets.split(",")
        values = [v for name in sources.split(",") for v in held.get(name, ())]
        if len(fields) == 1:
            el.add_values(made, {fields[0]: values})
            continue
        for field, value in zip(fields, dict.fromkeys(values), strict=False):
            el.add_values(made, {field: [value]})


def rooms(context: Context, request: Element) -> Element:
    """SearchCalendarResourcesRequest: by conditions, joined by and or by or."""
    state = context.state
    asked = el.optional(request, "attrs")
    text = el.optional(request, "domain")
    domain = state.domain_named(names.ascii_domain(text)) if text else None
    condition = el.child(request, "searchFilter")
    inner = next(iter(condition), None) if condition is not None else None
    wanted = ldapfilter.parse(_condition(inner)) if inner is not None else None
    directory = state.directory
    everything = (
        directory.of_domain(domain.name, "resource") if domain else directory.all("resource")
    )
    found = sorted(
        (
            each
            for each in everything
            if access.may(context, "listCalendarResource", each)
            and (wanted is None or wanted.matches(each.attrs))
        ),
        key=lambda each: each.name,
    )
    made = el.response(request)
    made.set("more", "0")
    made.set("searchTotal", str(len(found)))
    for each in found:
        values = state.account_values(each)
        rendering.put(made, "calresource", each, values, asked.split(",") if asked else None)
    return made


def _condition(element: Element) -> str:
    """A condition, or several of them, as a filter of the directory."""
    negated = el.flag(element, "not")
    if el.local(element) == "conds":
        parts = "".join(_condition(each) for each in element)
        text = f"({'|' if el.flag(element, 'or') else '&'}{parts})"
    else:
        operator = el.required(element, "op")
        if operator not in _OPERATORS:
            raise faults.invalid(f"invalid search filter operator: {operator}")
        name, value = el.required(element, "attr"), el.required(element, "value")
        text = _OPERATORS[operator].format(name, _escaped(value))
    return f"(!{text})" if negated else text


ADMIN = {
    "SearchGalRequest": search,
    "AutoCompleteGalRequest": complete,
    "SearchCalendarResourcesRequest": rooms,
}
ACCOUNT = {"SearchGalRequest": own_search, "AutoCompleteGalRequest": own_complete}
