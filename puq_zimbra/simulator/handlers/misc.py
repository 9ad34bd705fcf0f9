"""Small commands of administrators that fit no other family.

Source: `service/admin/Ping.java`, `NoOp.java`, `FlushCache.java`, `GetSessions.java`,
`GetAdminConsoleUIComp.java`, `CheckDirectory.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, shown
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.wordlist import words

_CACHES = words(
    """acl all account config globalgrant cos domain group galgroup grantee ldap license locale
    mime server skin uistrings xmppcomponent zimlet"""
)


def nothing(_context: Context, request: Element) -> Element:
    """PingRequest, NoOpRequest and other commands without effect here."""
    return el.response(request)


def flush(context: Context, request: Element) -> Element:
    """FlushCacheRequest: accounts forget their COS, domains their foreign names."""
    box = el.required_child(request, "cache")
    types = el.required(box, "type").split(",")
    for each in types:
        if each not in _CACHES:
            raise faults.invalid(f"unknown cache type: {each}")
    if {"account", "all"} & set(types):
        entries = list(el.children(box, "entry"))
        for entry in entries:
            found = shown.find_person(context, el.required(entry, "by"), el.text(entry))
            if found is not None:
                context.world.forget_cos(found)
        if not entries:
            context.world.forget_cos()
    if {"domain", "all"} & set(types):
        context.world.foreign_names.clear()
    return el.response(request)


def sessions(context: Context, request: Element) -> Element:
    """GetSessionsRequest."""
    el.required(request, "type")
    world = context.world
    found = world.sessions.of()
    made = el.response(request)
    made.set("total", str(len(found)))
    made.set("more", "0")
    for each in found:
        owner = world.directory.by_id.get(each.account_id)
        times = {"cd": str(int(each.created * 1000)), "ld": str(int(each.used * 1000))}
        name = owner.name if owner else each.account_id
        el.add(made, "s", {"sid": each.id, "zid": each.account_id, "name": name, **times})
    return made


ADMIN = {
    "PingRequest": nothing,
    "NoOpRequest": nothing,
    "FlushCacheRequest": flush,
    "GetSessionsRequest": sessions,
    "GetAdminConsoleUICompRequest": nothing,
    "CheckDirectoryRequest": nothing,
}
