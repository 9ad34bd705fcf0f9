"""Small commands of administrators that fit no other family.

Source: `service/admin/Ping.java`, `NoOp.java`, `FlushCache.java`,
`GetAdminConsoleUIComp.java`, `CheckDirectory.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import access, faults, rendering
from puq_zimbra.simulator import element as el
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
    box = el.child(request, "cache")
    if box is None:
        raise faults.null_pointer(
            "com.zimbra.soap.admin.type.CacheSelector.isAllServers()", '"cacheSelector" is null'
        )
    access.require_server(context, "flushCache")
    types = (el.optional(box, "type") or "").split(",")
    for each in types:
        if each not in _CACHES:
            raise faults.invalid(f"unknown cache type: {each}")
    if {"account", "all"} & set(types):
        entries = list(el.children(box, "entry"))
        for entry in entries:
            found = rendering.find_account(context, el.required(entry, "by"), el.text(entry))
            if found is not None:
                context.state.forget_cos(found)
        if not entries:
            context.state.forget_cos()
    if {"domain", "all"} & set(types):
        context.state.foreign_names.clear()
    return el.response(request)


ADMIN = {
    "PingRequest": nothing,
    "NoOpRequest": nothing,
    "FlushCacheRequest": flush,
    "GetAdminConsoleUICompRequest": nothing,
    "CheckDirectoryRequest": nothing,
}
