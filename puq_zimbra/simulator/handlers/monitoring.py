"""What the logger host knows: which services run, and figures of processors, memory and disks.

Source: `service/admin/GetServiceStatus.java`, `GetLoggerStats.java`, zm-core-utils `zmrrdfetch`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, measurements
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.state import State

#: Seconds between two reports of a server's services.
_REPORTS = 120
_NO = ("no", "false", "0")
_DAY = 86_400


def enable(state: State) -> None:
    """Make the first server the logger host, as an installation with the logger has it."""
    state.config["zimbraLogHostname"] = [state.hostname]
    server = state.directory.servers[state.hostname]
    for name in ("zimbraServiceInstalled", "zimbraServiceEnabled"):
        server.put(name, *server.attrs[name], "logger")


def _monitor(state: State) -> Entry | None:
    """Server that collects, if it exists; FAILURE when none is configured."""
    name = state.config.get("zimbraLogHostname", [""])[0].strip()
    if not name:
        raise faults.failure("zimbraLogHostname is not configured")
    return state.directory.servers.get(name)


def _found(server: Entry | None) -> Entry:
    if server is None:
        raise faults.failure("could not find zimbraLogHostname server: null")
    return server


def _collects(server: Entry) -> bool:
    return "logger" in server.attrs.get("zimbraServiceEnabled", ())


def status(context: Context, request: Element) -> Element:
    """GetServiceStatusRequest: every enabled service; one that did not report is down as of now."""
    state = context.state
    monitor = _found(_monitor(state))
    made = el.response(request)
    el.add(made, "timezone", {"id": "UTC", "displayName": "Coordinated Universal Time"})
    if not _collects(monitor):
        return made
    now = state.now_ms() // 1000
    for server in state.directory.servers.values():
        if not access.may(context, "getServiceStatus", server):
            continue
        for service in server.attrs.get("zimbraServiceEnabled", ()):
            alive = server.name in state.mailbox_hosts
            runs = alive and (server.name, service) not in state.stopped
            at = now - now % _REPORTS if alive else now
            attributes = {"server": server.name, "service": service, "t": str(at)}
            el.add(made, "status", attributes, el.bit(runs))
    return made


def stats(context: Context, request: Element) -> Element:
    """GetLoggerStatsRequest: hosts, groups of a host, columns of a group, or figures."""
    monitor = _monitor(context.state)
    access.require(
        context, "getServerStats", monitor, "server", monitor.name if monitor else "null"
    )
    made = el.response(request)
    if not _collects(_found(monitor)):
        el.add(made, "note", content="Logger is not enabled")
        return made
    hosts = context.state.mailbox_hosts
    host_box, group_box = el.child(request, "hostname"), el.child(request, "stats")
    host = el.required(host_box, "hn") if host_box is not None else None
    if group_box is None:
        if host is None:
            for name in hosts:
                el.add(made, "hostname", {"hn": name})
        else:
            _put_groups(made, host, host in hosts)
        return made
    group = el.required(group_box, "name")
    if host is not None and el.text(group_box).strip():
        _put_columns(made, host, group, host in hosts)
        return made
    wanted = _wanted(group_box)
    limit = el.optional(group_box, "limit")
    moments = _moments(context, request, limit is not None and limit.lower() not in _NO)
    # Unknown items have no figures: the collector then returns nothing.
    known = bool(measurements.columns(group))
    for name in hosts:
        if known and host in (None, name):
            _put_values(made, name, group, wanted, moments)
    return made


def _put_groups(made: Element, host: str, known: bool) -> None:
    box = el.add(made, "hostname", {"hn": host})
    for group in measurements.GROUPS if known else ():
        el.add(box, "stats", {"name": group})


def _put_columns(made: Element, host: str, group: str, known: bool) -> None:
    box = el.add(el.add(made, "hostname", {"hn": host}), "stats", {"name": group})
    values = el.add(box, "values")
    for column in measurements.columns(group) if known else ():
        unit = {"type": measurements.UNITS[column]} if column in measurements.UNITS else {}
        el.add(values, "stat", {**unit, "name": column})


def _wanted(group_box: Element) -> set[str]:
    """Columns asked for; none for all."""
    values = el.child(group_box, "values")
    if values is None:
        return set()
    return {el.required(each, "name") for each in el.children(values, "stat")}


def _moments(context: Context, request: Element, limited: bool) -> range:
    start_box, end_box = el.child(request, "startTime"), el.child(request, "endTime")
    now = context.state.now_ms() // 1000
    if start_box is None and end_box is None:
        return measurements.moments(now - _DAY, now, now, limited)
    if start_box is None or end_box is None:
        raise faults.failure("both start and end must be specified")
    start_text, end_text = el.required(start_box, "time"), el.required(end_box, "time")
    try:
        end = measurements.read_time(end_text, now)
        start = measurements.read_time(start_text, now, end)
    except ValueError as error:
        raise faults.failure(str(error)) from None
    return measurements.moments(start, end, now, limited)


def _put_values(made: Element, host: str, group: str, wanted: set[str], moments: range) -> None:
    box = el.add(el.add(made, "hostname", {"hn": host}), "stats", {"name": group})
    names = [each for each in measurements.columns(group) if not wanted or each in wanted]
    for at in moments:
        values = el.add(box, "values", {"t": str(at)})
        for name in names:
            figure = measurements.value(host, group, name, at)
            el.add(values, "stat", {"name": name, "value": figure})


ADMIN = {
    "GetServiceStatusRequest": status,
    "GetLoggerStatsRequest": stats,
}
