"""Servers, versions, health, the global configuration.

Source: `service/admin/GetAllServers.java`, `GetServer.java`, `GetVersionInfo.java`,
`CheckHealth.java`, `GetConfig.java`, `ModifyConfig.java`, `GetServerStats.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, callbacks, faults, modify, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import find_server
from puq_zimbra.simulator.schema import Values
from puq_zimbra.simulator.state import VERSIONS


def all_servers(context: Context, request: Element) -> Element:
    """GetAllServersRequest, of one service or all."""
    service = el.optional(request, "service")
    apply_config = el.flag(request, "applyConfig", True)
    made = el.response(request)
    for server in context.state.directory.servers.values():
        if service is not None and service not in server.attrs["zimbraServiceEnabled"]:
            continue
        if access.may(context, "listServer", server):
            rendering.put(made, "server", server, context.state.server_values(server, apply_config))
    return made


def get_server(context: Context, request: Element) -> Element:
    """GetServerRequest."""
    selector = el.required_child(request, "server")
    el.required(selector, "by")
    if not el.text(selector):
        raise faults.invalid("must specify a value for a server")
    found = find_server(context, selector)
    asked = rendering.wanted(context, request, "server")
    apply_config = el.flag(request, "applyConfig", True)
    made = el.response(request)
    values = context.state.server_values(found, apply_config)
    if access.may(context, "getServer", found):
        rendering.put(made, "server", found, values, asked)
        return made
    box = rendering.put(made, "server", found, {})
    rendering.withhold(box, {n: v for n, v in values.items() if asked is None or n in asked})
    return made


def version(context: Context, request: Element) -> Element:
    """GetVersionInfoRequest."""
    full, major, minor, micro = VERSIONS[context.state.flavour]
    made = el.response(request)
    el.add(
        made,
        "info",
        {
            "type": "FOSS",
            "version": full,
            "release": "20241024000000",
            "buildDate": "20241024-0000",
            "host": "localhost",
            "majorversion": major,
            "minorversion": minor,
            "microversion": micro,
            "platform": "unknown",
        },
    )
    return made


def health(_context: Context, request: Element) -> Element:
    """CheckHealthRequest: needs no token."""
    made = el.response(request)
    made.set("healthy", "1")
    return made


def get_config(context: Context, request: Element) -> Element:
    """GetConfigRequest: the first attribute only; an unknown name is left out."""
    state = context.state
    name = el.required(el.required_child(request, "a"), "n")
    attribute = state.schema.get(name)
    name = attribute.name if attribute else name
    made = el.response(request)
    _put_config(context, made, {name: state.config.get(name, [])})
    return made


def _put_config(context: Context, parent: Element, values: Values) -> None:
    if access.may(context, "getGlobalConfig", None):
        el.add_values(parent, values)
    else:
        rendering.withhold(parent, values)


def all_config(context: Context, request: Element) -> Element:
    """GetAllConfigRequest."""
    made = el.response(request)
    _put_config(context, made, context.state.config)
    return made


def modify_config(context: Context, request: Element) -> Element:
    """ModifyConfigRequest."""
    state = context.state
    changes = modify.read(el.pairs(request))
    access.require_set(context, state.config_entry, [each.name for each in changes])
    modify.check_values(state.schema, changes)
    config = state.config_entry
    callbacks.check(state, config, changes)
    modify.apply(state.schema, config, changes)
    return el.response(request)


#: Counters of an idle server (`ZimbraPerf`).
_STATS = {
    **dict.fromkeys(("db_conn_count", "soap_count", "soap_ms_avg"), "1"),
    **dict.fromkeys(("imap_count", "imap_ms_avg", "pop_count", "pop_ms_avg"), "0"),
    **dict.fromkeys(("lmtp_rcvd_msgs", "lmtp_rcvd_bytes", "lmtp_rcvd_rcpt"), "0"),
    **dict.fromkeys(("mbox_get_count", "mbox_add_msg_count", "ldap_dc_count"), "0"),
    "http_idle_threads": "10",
}


def server_stats(context: Context, request: Element) -> Element:
    """GetServerStatsRequest."""
    access.require_server(context, "getServerStats")
    asked = [el.required(each, "name") for each in el.children(request, "stat")]
    for name in asked:
        if name not in _STATS:
            raise faults.failure(f"Invalid stat name: {name}")
    made = el.response(request)
    for name in asked or _STATS:
        el.add(made, "stat", {"name": name}, _STATS[name])
    return made


def interfaces(context: Context, request: Element) -> Element:
    """GetServerNIfsRequest."""
    box = el.required_child(request, "server")
    if el.text(box) not in context.state.directory.servers:
        raise faults.invalid(f"Cannot find server record for the host: {el.text(box)}")
    made = el.response(request)
    inner = el.add(made, "ni")
    el.add(inner, "a", {"n": "addr"}, "127.0.0.1")
    el.add(inner, "a", {"n": "mask"}, "255.0.0.0")
    return made


def license_info(_context: Context, request: Element) -> Element:
    """GetLicenseInfoRequest: the open-source edition has none."""
    made = el.response(request)
    el.add(made, "expiration", {"date": ""})
    return made


ADMIN = {
    "GetAllServersRequest": all_servers,
    "GetServerRequest": get_server,
    "GetVersionInfoRequest": version,
    "GetConfigRequest": get_config,
    "GetAllConfigRequest": all_config,
    "ModifyConfigRequest": modify_config,
    "GetServerStatsRequest": server_stats,
    "GetServerNIfsRequest": interfaces,
    "GetLicenseInfoRequest": license_info,
}
OPEN = {"CheckHealthRequest": health}
