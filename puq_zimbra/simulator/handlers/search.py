"""SearchDirectory: filters, paging with and without a session.

Source: `service/admin/SearchDirectory.java`, `SearchDirectoryOptions`, `AdminSession`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from puq_zimbra.simulator import access, faults, ldapfilter, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Alias, Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers import cos as cos_handlers
from puq_zimbra.simulator.handlers import lists
from puq_zimbra.simulator.schema import Values

MAX_RESULTS = 5000
#: Kinds of entry by type. Servers are known as a type, and never found.
_KINDS = {
    "accounts": ("account",),
    "aliases": (),
    "distributionlists": ("list",),
    "dynamicgroups": ("group",),
    "resources": ("resource",),
    "domains": ("domain",),
    "coses": ("cos",),
    "servers": (),
    "ucservices": (),
    "habgroups": (),
}
_LIST_RIGHTS = {
    "account": "listAccount",
    "resource": "listCalendarResource",
    "list": "listDistributionList",
    "group": "listGroup",
    "domain": "listDomain",
    "cos": "listCos",
}
_TOP = 0x7FFFFFFF
#: RFC 4512, 3.4.4: of every entry, for filters; an answer never holds it
_MODIFIED = "modifytimestamp"


@dataclass(frozen=True)
class Query:
    """What a search asks; equal ones share a session's kept result."""

    text: str
    types: tuple[str, ...]
    domain: str | None
    sort_by: str
    ascending: bool
    max_results: int
    attrs: str | None


Found = Entry | Alias


def search(context: Context, request: Element) -> Element:
    """SearchDirectoryRequest."""
    query = _read(context, request)
    limit = el.number(request, "limit", _TOP) or _TOP
    offset = el.number(request, "offset", 0)
    count_only = el.flag(request, "countOnly")
    apply_cos = el.flag(request, "applyCos", True)
    apply_config = el.flag(request, "applyConfig", True)
    session = context.session
    kept = session.kept.get("search") if session and offset else None
    if kept and kept[0] == query:
        found: list[Found] = kept[1]
    else:
        found = _run(context, query)
        if session:
            session.kept["search"] = (query, found)
    if session is None and not context.state.is_carbonio:
        found = _cut(found, offset, limit)
    made = el.response(request)
    if count_only:
        made.set("num", str(len(found)))
        return made
    end = offset + limit
    if end > _TOP:
        end -= 2 * (_TOP + 1)
    if offset < 0 and found:
        raise faults.failure(
            f"java.lang.IndexOutOfBoundsException: Index {offset} out of bounds for length "
            f"{len(found)}"
        )
    # Without a session an overflowing page leaves one entry, and no more to come.
    cut_off = session is None and offset > 0 and limit == _TOP and not context.state.is_carbonio
    made.set("more", el.bit(end < len(found) and not cut_off))
    made.set("searchTotal", str(len(found)))
    for each in found[offset : max(end, offset)]:
        _put(context, made, each, query.attrs, apply_cos, apply_config)
    return made


def _cut(found: list[Found], offset: int, limit: int) -> list[Found]:
    """Without a session the list is cut to the page's end before it is counted."""
    if limit < 0:
        return found[:1]
    end = offset + limit
    if limit == _TOP:
        return found[:1] if offset > 0 else found
    return found[: max(end, 0)]


def _read(context: Context, request: Element) -> Query:
    text = el.optional(request, "query") or ""
    asked = el.optional(request, "types")
    types = tuple(each.strip() for each in (asked if asked is not None else "accounts").split(","))
    for each in types:
        if each not in _KINDS:
            raise faults.invalid(f"unknown type: {each}")
    domain = el.optional(request, "domain")
    if domain and types == ("coses",):
        raise faults.invalid("cannot specify domain with coses flag")
    if "domains" in types and len(types) > 1 and domain:
        raise faults.failure(
            "specifying domains type and one of accounts/resources/groups type is not supported "
            "by in-memory LDAP server"
        )
    if domain is not None:
        domain = names.ascii_domain(domain)
        context.state.domain_named(domain)
    return Query(
        text,
        types,
        domain,
        el.optional(request, "sortBy") or "name",
        el.flag(request, "sortAscending", True),
        el.number(request, "maxResults", MAX_RESULTS),
        el.optional(request, "attrs"),
    )


def _run(context: Context, query: Query) -> list[Found]:
    wanted = (
        ldapfilter.parse(
            names.ascii_domain(query.text)
            if not query.text.isascii() and "xn--" in query.text
            else query.text
        )
        if query.text
        else None
    )
    known = _known(context)
    found: list[Found] = []
    for each in _candidates(context, query):
        held = _held(each, query.text)
        if wanted is None or wanted.matches(held, known):
            found.append(each)
    if 0 < query.max_results < len(found):
        raise faults.Fault(
            "account.TOO_MANY_SEARCH_RESULTS",
            "number of results exceeded the limit: too many search results returned",
        )
    found = [each for each in found if _may_see(context, each)]
    if query.sort_by == "name":
        found.sort(key=lambda each: each.name, reverse=not query.ascending)
    elif query.attrs is None or query.sort_by in query.attrs.split(","):
        # What was not fetched sorts nothing; what a class adds is not looked at.
        found.sort(key=lambda each: _own(each, query.sort_by).lower(), reverse=not query.ascending)
    return found


def _held(each: Found, query: str) -> Values:
    """What a filter looks at; the directory's own attribute only where it is named."""
    values = each.attrs if isinstance(each, Entry) else _alias_values(each)
    if _MODIFIED not in query.lower():
        return values
    created = values.get("zimbraCreateTimestamp", [])
    modified = [each.modified] if isinstance(each, Entry) and each.modified else created
    return {**values, _MODIFIED: [one[:14] + "Z" for one in modified]}


def _own(each: Found, name: str) -> str:
    values = each.attrs if isinstance(each, Entry) else _alias_values(each)
    return next(iter(values.get(name, ())), "")


def _known(context: Context) -> ldapfilter.Known:
    schema = context.state.schema

    def type_of(name: str) -> str | None:
        if name.lower() == _MODIFIED:
            return "gentime"
        attribute = schema.get(name)
        return attribute.type if attribute else None

    return type_of


def _candidates(context: Context, query: Query) -> Iterator[Found]:
    directory = context.state.directory
    kinds = tuple(kind for each in query.types for kind in _KINDS[each])
    if query.domain is None:
        yield from directory.all(*kinds)
    elif "domain" in kinds:
        yield directory.domains[query.domain]
    else:
        yield from directory.of_domain(query.domain, *kinds)
    if "aliases" in query.types:
        for alias in directory.aliases.values():
            if query.domain in (None, alias.name.rpartition("@")[2]):
                yield alias


def _may_see(context: Context, each: Found) -> bool:
    if context.is_global_admin:
        return True
    if isinstance(each, Alias):
        target = context.state.directory.by_id.get(each.target)
        return target is not None and access.may(context, "listAlias", target)
    return access.may(context, _LIST_RIGHTS[each.kind], each)


def _alias_values(alias: Alias) -> Values:
    return {
        "objectClass": ["zimbraAlias"],
        "uid": [alias.name.partition("@")[0]],
        "zimbraId": [alias.id],
        "zimbraAliasTargetId": [alias.target],
        "zimbraCreateTimestamp": [alias.created],
    }


def _put(
    context: Context,
    parent: Element,
    each: Found,
    attrs: str | None,
    apply_cos: bool,
    apply_config: bool,
) -> None:
    state = context.state
    asked = None if attrs is None else tuple(attrs.split(","))
    if isinstance(each, Alias):
        _put_alias(context, parent, each, asked)
    elif each.kind in ("account", "resource"):
        values = state.account_values(each, apply_cos)
        tag = "account" if each.kind == "account" else "calresource"
        more = {}
        if each.kind == "account":
            # Judged by what the search fetched: without the host everyone looks external.
            fetched = asked is None or "zimbraMailHost" in asked
            internal = fetched and "zimbraMailHost" in each.attrs
            if state.is_carbonio:
                internal = internal and _is_delivered_here(each)
            more = {"isExternal": el.bit(not internal)}
        rendering.put(parent, tag, each, values, asked, **more)
    elif each.kind in ("list", "group"):
        lists.put(context, parent, each, asked)
    elif each.kind == "domain":
        rendering.domain(context, parent, each, asked, apply_config)
    else:
        cos_handlers.put(context, parent, each, asked)


def _is_delivered_here(account: Entry) -> bool:
    """Say whether an account's mail goes to its own host, which Carbonio looks at too."""
    transport = account.first("zimbraMailTransport") or ""
    return transport.startswith(f"lmtp:{account.first('zimbraMailHost')}:")


def _put_alias(
    context: Context, parent: Element, alias: Alias, asked: Iterable[str] | None
) -> None:
    target = context.state.directory.by_id.get(alias.target)
    attributes = {"name": alias.name, "id": alias.id}
    if target is not None:
        kind = {"list": "dl", "group": "dl", "resource": "account"}.get(target.kind, target.kind)
        attributes.update(targetName=target.name, type=kind)
    made = el.add(parent, "alias", attributes)
    values = _alias_values(alias)
    el.add_values(made, {n: v for n, v in values.items() if asked is None or n in asked})


def search_accounts(context: Context, request: Element) -> Element:
    """SearchAccountsRequest: the old command; ``attrs`` limits what is the account's own only."""
    query = replace(_read(context, request), types=("accounts",))
    made = el.response(request)
    found = _run(context, query)
    made.set("more", "0")
    made.set("searchTotal", str(len(found)))
    for each in found:
        if isinstance(each, Entry):
            external = el.bit("zimbraMailHost" not in each.attrs)
            asked = query.attrs.split(",") if query.attrs is not None else None
            hidden = {
                n
                for n in (*each.attrs, "userPassword")
                if asked and n not in (*asked, "zimbraId", "objectClass")
            }
            values = context.state.account_values(each)
            rendering.put(
                made,
                "account",
                each,
                {n: v for n, v in values.items() if n not in hidden},
                isExternal=external,
            )
    return made


ADMIN = {"SearchDirectoryRequest": search, "SearchAccountsRequest": search_accounts}
