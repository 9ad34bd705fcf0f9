"""Who uses how much.

Source: `service/admin/GetQuotaUsage.java`, `ComputeAggregateQuotaUsage.java`,
`GetAggregateQuotaUsageOnServer.java`.
"""

from __future__ import annotations

from operator import itemgetter

from lxml import etree

from puq_zimbra.simulator import access, faults, limits, names
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.state import State

#: Name, id, used bytes, limit in bytes, whole per cent.
Row = tuple[str, str, int, int, int]
_COLUMNS = {"account": 0, "totalUsed": 2, "quotaLimit": 3, "percentUsed": 4}
_TOP = 0x7FFFFFFF


def usage(context: Context, request: Element) -> Element:
    """GetQuotaUsageRequest: computed whole, whatever page is asked, unless a session keeps it."""
    domain = el.optional(request, "domain")
    everywhere = el.flag(request, "allServers")
    sort_by = el.optional(request, "sortBy")
    sort_by = "totalUsed" if sort_by is None else sort_by
    ascending = el.flag(request, "sortAscending")
    limit = el.number(request, "limit", _TOP) or _TOP
    offset = el.number(request, "offset", 0)
    refresh = el.flag(request, "refresh")
    if sort_by not in _COLUMNS:
        raise faults.invalid("sortBy must be percentUsed or totalUsed")
    if domain is not None:
        found = context.state.domain_named(names.ascii_domain(domain))
        access.require(context, "getDomainQuotaUsage", found, "domain", found.name)
        domain = found.name
    else:
        access.system_only(context)
    if everywhere and domain and context.state.dead_servers:
        raise faults.failure("error while getting quota from server")
    rows = _rows(context, domain, bool(everywhere and domain), sort_by, ascending, refresh)
    made = el.response(request)
    _page(made, rows, offset, limit)
    return made


def _rows(
    context: Context,
    domain: str | None,
    everywhere: bool,
    sort_by: str,
    ascending: bool,
    refresh: bool,
) -> list[Row]:
    key = (domain, everywhere, sort_by, ascending)
    session = context.session
    kept = session.kept.get("quota") if session and not refresh else None
    if kept and kept[0] == key:
        rows: list[Row] = kept[1]
        return rows
    host = None if everywhere else context.server or context.state.hostname
    rows = compute(context.state, domain, host)
    rows.sort(key=itemgetter(0))
    if sort_by == "quotaLimit":
        rows.sort(key=lambda row: row[3] or 1 << 63, reverse=not ascending)
    elif not (sort_by == "account" and ascending):
        rows.sort(key=itemgetter(_COLUMNS[sort_by]), reverse=not ascending)
    if session:
        session.kept["quota"] = (key, rows)
    return rows


def compute(state: State, domain: str | None, host: str | None) -> list[Row]:
    """Use and limit of every account of a domain, or of all, that lives on a server."""
    directory = state.directory
    rows: list[Row] = []
    for name in [domain] if domain else list(directory.contents):
        cap = limits.domain_cap(state, directory.domains.get(name))
        cos_quota: dict[str | None, int] = {}
        for each in directory.of_domain(name, "account"):
            attrs = each.attrs
            if host is not None and attrs.get("zimbraMailHost", (None,))[0] != host:
                continue
            own = attrs.get("zimbraMailQuota")
            if own:
                quota = int(own[0])
            else:
                cos = attrs.get("zimbraCOSId", (None,))[0]
                if cos not in cos_quota:
                    cos_quota[cos] = int(state.cos_of(each).first("zimbraMailQuota") or 0)
                quota = cos_quota[cos]
            quota = limits.smaller(quota, cap)
            box = state.mailboxes.get(each.id)
            used = box.size if box else 0
            rows.append((each.name, each.id, used, quota, used * 100 // quota if quota else 0))
    return rows


def _page(made: Element, rows: list[Row], offset: int, limit: int) -> None:
    """Append a page; offset plus the largest limit overflows to nothing, as in Java."""
    end = offset + limit
    if end > _TOP:
        end -= 2 * (_TOP + 1)
    if offset < 0 < end and rows:
        raise faults.failure(
            f"java.lang.IndexOutOfBoundsException: Index {offset} out of bounds for length "
            f"{len(rows)}"
        )
    made.set("more", el.bit(end < len(rows)))
    made.set("searchTotal", str(len(rows)))
    tag = f"{{{el.namespace(made)}}}account"
    add = etree.SubElement
    for name, id_, used, quota, _ in rows[offset : max(end, offset)]:
        add(
            made,
            tag,
            {
                "name": names.unicode_address(name) if "xn--" in name else name,
                "id": id_,
                "used": str(used),
                "limit": str(quota),
            },
        )


def compute_aggregate(context: Context, request: Element) -> Element:
    """ComputeAggregateQuotaUsageRequest: sums per domain, and writes them where they act."""
    access.system_only(context)
    made = el.response(request)
    # Carbonio asks a server once for each of the services "mailbox" and "service".
    times = 2 if context.state.is_carbonio else 1
    for domain, held in _sums(context.state, None):
        used = held * times
        entry = context.state.directory.domains[domain]
        entry.put("zimbraAggregateQuotaLastUsage", str(used))
        el.add(made, "domain", {"name": domain, "id": entry.id, "used": str(used)})
    return made


def aggregate_on_server(context: Context, request: Element) -> Element:
    """GetAggregateQuotaUsageOnServerRequest: the same sums, read only."""
    access.system_only(context)
    made = el.response(request)
    for domain, used in _sums(context.state, context.server or context.state.hostname):
        entry = context.state.directory.domains[domain]
        el.add(made, "domain", {"name": domain, "id": entry.id, "used": str(used)})
    return made


def _sums(state: State, host: str | None) -> list[tuple[str, int]]:
    """Used bytes of every domain with a mailbox."""
    sums: dict[str, int] = {}
    for id_, box in state.mailboxes.items():
        account = state.directory.by_id.get(id_)
        if account is not None and host in (None, state.home(account)):
            sums[account.domain] = sums.get(account.domain, 0) + box.size
    return list(sums.items())


ADMIN = {
    "GetQuotaUsageRequest": usage,
    "ComputeAggregateQuotaUsageRequest": compute_aggregate,
    "GetAggregateQuotaUsageOnServerRequest": aggregate_on_server,
}
