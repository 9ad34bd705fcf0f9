"""What is known of a domain from outside: counts, public settings, mail records.

Source: `service/admin/CountAccount.java`, `CountObjects.java`, `GetDomainInfo.java`,
`CheckDomainMXRecord.java`.
"""

from __future__ import annotations

from collections import Counter

from puq_zimbra.simulator import access, faults, limits, names, rendering
from puq_zimbra.simulator import element as el
from puq_zimbra.simulator.context import Context
from puq_zimbra.simulator.directory import Entry
from puq_zimbra.simulator.element import Element
from puq_zimbra.simulator.handlers.accounts import find_domain
from puq_zimbra.simulator.handlers.domains import look_up
from puq_zimbra.simulator.state import State
from puq_zimbra.simulator.wordlist import words

_BLOCKED = "VALUE-BLOCKED"
#: Attributes that everyone may see (flag ``domainInfo``).
_INFO = words(
    """zimbraPrefSkin zimbraAvailableSkin zimbraPublicServiceHostname zimbraWebClientLoginURL
    zimbraWebClientLogoutURL zimbraSkinForegroundColor zimbraSkinBackgroundColor
    zimbraSkinLogoURL zimbraSkinSecondaryColor zimbraSkinSelectionColor
    zimbraSkinLogoLoginBanner zimbraSkinLogoAppBanner zimbraHelpAdminURL
    zimbraHelpDelegatedURL zimbraHelpAdvancedURL zimbraHelpStandardURL
    zimbraAdminConsoleLogoutURL zimbraAdminConsoleLoginURL zimbraPublicServiceProtocol
    zimbraPublicServicePort zimbraWebClientAdminReference zimbraSkinFavicon
    zimbraResponseHeader zimbraErrorReportUrl zimbraWebClientLoginURLAllowedUA
    zimbraWebClientLogoutURLAllowedUA zimbraZimletDataSensitiveInMixedModeDisabled
    zimbraWebClientMaxInputBufferLength zimbraWebClientLoginURLAllowedIP
    zimbraWebClientLogoutURLAllowedIP zimbraLdapGalSyncDisabled
    zimbraPrefColorMessagesEnabled zimbraMobileMetadataMaxSizeEnabled
    zimbraMobileItemsToTrackPerFolderMaxSize zimbraForceClearCookies
    zimbraFeatureDistributionListFolderEnabled zimbraWebClientStaySignedInDisabled
    zimbraReverseProxyResponseHeaders zimbraFeatureResetPasswordStatus zimbraShowClientTOS
    zimbraHelpModernURL zimbraDomainLoginPagePath zimbraDomainLoginPageFallbackPath
    zimbraSMTPPublicServiceHostname zimbraSMTPPublicServicePort
    zimbraSMTPPublicServiceProtocol zimbraBrandingFolderName zimbraMailSieveScriptMaxSize
    zimbraModernWebClientDisabled zimbraClassicWebClientDisabled"""
)


def count(context: Context, request: Element) -> Element:
    """CountAccountRequest: accounts per effective COS, of any status."""
    domain = find_domain(context, el.required_child(request, "domain"))
    access.require(context, "countAccount", domain, "domain", domain.name)
    state = context.state
    counted: Counter[str] = Counter()
    for each in state.directory.of_domain(domain.name, "account"):
        if each.first("zimbraIsSystemResource") != "TRUE":
            counted[state.cos_of(each).id] += 1
    made = el.response(request)
    for id_, figure in sorted(counted.items(), key=lambda i: state.directory.by_id[i[0]].name):
        cos = state.directory.by_id[id_]
        el.add(made, "cos", {"name": cos.name, "id": id_}, str(figure))
    return made


_COUNTED = {
    "userAccount": ("account",),
    "account": ("account", "resource"),
    "alias": (),
    "dl": ("list", "group"),
    "domain": ("domain",),
    "cos": ("cos",),
    "server": ("server",),
    "calresource": ("resource",),
    "internalUserAccount": ("account",),
    "internalArchivingAccount": (),
}


def count_objects(context: Context, request: Element) -> Element:
    """CountObjectsRequest."""
    state = context.state
    kind = el.child_first(request, "type")
    if kind is None:
        raise faults.invalid("No type specified")
    if kind not in _COUNTED:
        raise faults.invalid(f"unknown count object type: {kind}")
    if kind in ("cos", "server") and el.child(request, "domain") is not None:
        raise faults.invalid(f"domain cannot be specified for type: {kind}")
    domains = [find_domain(context, each).name for each in el.children(request, "domain")]
    if kind == "alias":
        number = sum(
            not domains or each.rpartition("@")[2] in domains for each in state.directory.aliases
        )
    else:
        number = sum(
            (not domains or each.domain in domains) and _is_counted(each, kind)
            for each in state.directory.all(*_COUNTED[kind])
        )
    made = el.response(request)
    made.set("num", str(number))
    made.set("type", kind)
    return made


def _is_counted(entry: Entry, kind: str) -> bool:
    if kind == "userAccount":
        return entry.first("zimbraIsSystemResource") != "TRUE"
    if kind.startswith("internalUserAccount"):
        return limits.counts(entry)
    return True


def info(context: Context, request: Element) -> Element:
    """GetDomainInfoRequest: never refuses a name; it walks up to a parent or the global config."""
    by, value = rendering.selected(request, "domain")
    state = context.state
    found = (
        _nearest(state, value) if by in ("name", "virtualHostname") else look_up(state, by, value)
    )
    made = el.response(request)
    id_ = found.id if found else "globalconfig-dummy-id"
    name = found.name if found else "globalconfig"
    if context.token is None:
        name = id_ = _BLOCKED
    inner = el.add(made, "domain", {"name": name, "id": id_})
    values = state.domain_values(found) if found else state.config
    told = _INFO - {"zimbraPrefSkin"} if state.is_carbonio else _INFO
    el.add_values(inner, {name: values[name] for name in sorted(told & set(values))})
    return made


def _nearest(state: State, name: str) -> Entry | None:
    while name:
        found = state.directory.domains.get(names.ascii_domain(name))
        if found is not None:
            return found
        name = name.partition(".")[2]
    return None


def check_mx(context: Context, request: Element) -> Element:
    """CheckDomainMXRecordRequest: there is no DNS here, so nothing is found."""
    by, value = rendering.selected(request, "domain")
    if look_up(context.state, by, value) is None:
        raise faults.null_pointer(
            "com.zimbra.cs.account.Domain.getAttr(String, boolean)", '"domain" is null'
        )
    raise faults.failure("NameNotFoundException: DNS name not found [response code 3]")


ADMIN = {
    "CountAccountRequest": count,
    "CountObjectsRequest": count_objects,
    "CheckDomainMXRecordRequest": check_mx,
}
OPEN = {"GetDomainInfoRequest": info}
