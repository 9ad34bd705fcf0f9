"""What a user reads and writes of his own account: preferences, senders he trusts and refuses.

Source: `service/account/GetPrefs.java`, `ModifyPrefs.java`, `GetWhiteBlackList.java`,
`ModifyWhiteBlackList.java`, `GetAccountInfo.java`.
"""

from __future__ import annotations

from puq_zimbra.simulator import element as el
from puq_zimbra.simulator import faults, modify, rendering
from puq_zimbra.simulator.access import acting, require_options
from puq_zimbra.simulator.accounts import write_account
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.modify import Change

PREFIX = "zimbraPref"
#: Preferences that show only while what they switch may be used at all.
_SWITCHES = {
    "zimbraPrefImapEnabled": "zimbraImapEnabled",
    "zimbraPrefPop3Enabled": "zimbraPop3Enabled",
}
#: Carbonio has preferences of its own beside Zimbra's.
CARBONIO_PREFIX = "carbonioPref"
_TOLD = ("zimbraId", "zimbraMailHost", "displayName")
_SENDERS = {"whiteList": "amavisWhitelistSender", "blackList": "amavisBlacklistSender"}


def get(context: Context, request: Element) -> Element:
    """GetPrefsRequest: those named, or all; names that are none are left out."""
    asked = {el.required(each, "name") for each in el.children(request, "pref")}
    held = context.state.account_values(acting(context))
    made = el.response(request)
    for name, values in held.items():
        if _SWITCHES.get(name) and held.get(_SWITCHES[name]) != ["TRUE"]:
            continue
        if name.startswith(PREFIX) and (not asked or name in asked):
            for value in values:
                el.add(made, "pref", {"name": name}, value)
    return made


def change(context: Context, request: Element) -> Element:
    """ModifyPrefsRequest: all or nothing."""
    account = require_options(context)
    pairs = [(el.required(e, "name"), el.text(e)) for e in el.children(request, "pref")]
    for name, _ in pairs:
        _check_name(context, name)
    changes = modify.read(pairs)
    _check_forwarding(context, account, changes)
    write_account(context.state, account, changes)
    return el.response(request)


def _check_name(context: Context, name: str) -> None:
    bare = name.lstrip("+-")
    if context.state.is_carbonio and not bare.startswith((PREFIX, CARBONIO_PREFIX)):
        raise faults.invalid(f"pref name must start with {PREFIX} or {CARBONIO_PREFIX}")
    if not context.state.is_carbonio and not bare.startswith(PREFIX):
        raise faults.invalid(f"pref name must start with {PREFIX}")
    if context.state.schema.get(bare) is None:
        raise faults.invalid(f"no such attribute: {name}")
    if bare != name:
        more = " or a Collection" if name.startswith("-") else ""
        raise faults.invalid(f"value not a String or String[]{more}")


def _check_forwarding(context: Context, account: Entry, changes: list[Change]) -> None:
    """Without the feature a user may not even clear the address that is set."""
    named = any(each.name == "zimbraPrefMailForwardingAddress" for each in changes)
    allowed = context.state.account_values(account).get("zimbraFeatureMailForwardingEnabled")
    if named and allowed != ["TRUE"]:
        raise faults.denied("forwarding not enabled")


def get_senders(context: Context, request: Element) -> Element:
    """GetWhiteBlackListRequest."""
    account = acting(context)
    made = el.response(request)
    for tag, name in _SENDERS.items():
        box = el.add(made, tag)
        for value in account.attrs.get(name, ()):
            el.add(box, "addr", content=value)
    return made


def change_senders(context: Context, request: Element) -> Element:
    """ModifyWhiteBlackListRequest: addresses added, removed, or the whole list replaced."""
    pairs: list[tuple[str, str]] = []
    for tag, name in _SENDERS.items():
        box = el.child(request, tag)
        if box is None:
            continue
        if not len(box):
            pairs.append((name, ""))
        pairs += [(each.get("op", "") + name, el.text(each)) for each in el.children(box, "addr")]
    write_account(context.state, require_options(context), modify.read(pairs))
    return el.response(request)


def info(context: Context, request: Element) -> Element:
    """GetAccountInfoRequest: the little that a user may know of any account."""
    by, value = rendering.selected(request, "account")
    account = rendering.find_account(context, by, value)
    if account is None:
        raise faults.no_such("account", value)
    made = el.response(request)
    el.add(made, "name", content=account.name)
    told = {name: account.attrs.get(name) or [""] for name in _TOLD}
    if context.state.is_carbonio:
        told["zimbraAccountStatus"] = account.attrs["zimbraAccountStatus"]
        told["zimbraIsExternalVirtualAccount"] = account.attrs.get(
            "zimbraIsExternalVirtualAccount", ["FALSE"]
        )
    for name, values in told.items():
        for each in values:
            el.add(made, "attr", {"name": name}, each or None)
    el.add(made, "soapURL", content=context.user_url)
    el.add(made, "publicURL", content=context.user_url.partition("/service/")[0])
    return made


ACCOUNT = {
    "GetPrefsRequest": get,
    "ModifyPrefsRequest": change,
    "GetWhiteBlackListRequest": get_senders,
    "ModifyWhiteBlackListRequest": change_senders,
    "GetAccountInfoRequest": info,
}
