"""Rights: which exist, on what they may be granted, what the combined ones hold.

Source: `rights.xml`, `rights-domainadmin.xml`, `RightManager`.
"""

from __future__ import annotations

from puq_zimbra.simulator.wordlist import words

_ACCOUNT = """addAccountAlias adminLoginAs changeAccountPassword checkPasswordStrength
deleteAccount getAccount getAccountInfo getAccountMembership getMailboxInfo listAccount
modifyAccount removeAccountAlias renameAccount setAccountPassword viewAccountAdminUI
purgeMessages moveAccountMailbox viewPasswordAging adminConsoleAccountRights"""
_RESOURCE = """addCalendarResourceAlias adminLoginCalendarResourceAs
changeCalendarResourcePassword deleteCalendarResource getCalendarResource
getCalendarResourceInfo listCalendarResource modifyCalendarResource
removeCalendarResourceAlias renameCalendarResource setCalendarResourcePassword"""
_LIST = """addDistributionListAlias addDistributionListMember deleteDistributionList
getDistributionList getDistributionListMembership listDistributionList
modifyDistributionList removeDistributionListAlias removeDistributionListMember
renameDistributionList addGroupAlias addGroupMember deleteGroup getGroup getGroupMembership
listGroup modifyGroup removeGroupAlias removeGroupMember renameGroup"""
_IN_DOMAIN = """createAccount createAlias createCalendarResource createDistributionList
createGroup deleteAlias listAlias countAccount getDomain listDomain checkDomainMXRecord
accessGAL"""
_DOMAIN_ONLY = """createSubDomain deleteDomain modifyDomain getDomainQuotaUsage
domainAdminRights domainAdminConsoleRights checkExchangeAuthConfig
domainAdminConsoleAccountRights domainAdminConsoleDLRights domainAdminConsoleResourceRights
domainAdminConsoleAliasRights domainAdminConsoleDomainRights domainAdminConsoleSavedSearchRights
domainAdminConsoleDownloadsRights domainAdminAccountRights domainAdminCalendarResourceRights
domainAdminDistributionListRights domainAdminDomainRights setAdminSavedSearch
viewAdminSavedSearch backupAccount restoreAccount crossMailboxSearch"""
_COS = "assignCos deleteCos getCos listCos modifyCos renameCos manageZimlet domainAdminCosRights"
_GLOBAL = """createCos createServer createTopDomain createZimlet createXMPPComponent
getGlobalConfig modifyGlobalConfig adminConsoleRights checkHealth getAllMailboxes"""
_SERVER = """checkHealth deleteServer flushCache getMailboxStats getServer getServerStats
listServer manageMailQueue manageVolume modifyServer getServiceStatus reindexMailbox
getSessions dumpSessions"""
_USER = {
    "ownDistList": ("dl", "group", "domain", "global"),
    "sendToDistList": ("dl", "group", "domain", "global"),
    "viewDistList": ("dl", "group", "domain", "global"),
    "sendAsDistList": ("dl", "group", "domain", "global"),
    "sendOnBehalfOfDistList": ("dl", "group", "domain", "global"),
    "invite": ("account", "calresource", "dl", "group", "domain", "global"),
    "loginAs": ("account", "calresource", "dl", "group", "domain", "global"),
    "sendAs": ("account", "calresource", "dl", "group", "domain", "global"),
    "sendOnBehalfOf": ("account", "calresource", "dl", "group", "domain", "global"),
    "viewFreeBusy": ("account", "calresource", "dl", "group", "domain", "global"),
    "createDistList": ("domain", "global"),
}


def _targets() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for text, targets in (
        (_ACCOUNT, ("account", "calresource", "dl", "group", "domain", "global")),
        (_RESOURCE, ("calresource", "dl", "group", "domain", "global")),
        (_LIST, ("dl", "group", "domain", "global")),
        (_IN_DOMAIN, ("domain", "global")),
        (_DOMAIN_ONLY, ("domain", "global")),
        (_SERVER, ("server", "global")),
        (_COS, ("global", "cos")),
        (_GLOBAL, ("global",)),
    ):
        for word in text.split():
            table.setdefault(word, targets)
    table.update(_USER)
    return table


#: Kinds of target on which each right may be granted.
TARGETS = _targets()
#: Rights that ordinary users may hold too.
USER_RIGHTS = frozenset(_USER)

_NOT_DELEGATED = {"moveAccountMailbox", "adminConsoleAccountRights"}
_EVERYTHING = words(f"{_ACCOUNT} {_RESOURCE} {_LIST} {_IN_DOMAIN} createDistList")
_DOMAIN_ADMIN = _EVERYTHING - _NOT_DELEGATED

#: What the combined rights hold.
COMBINED = {
    "domainAdminRights": _DOMAIN_ADMIN
    | {
        "domainAdminAccountRights",
        "domainAdminCalendarResourceRights",
        "domainAdminDistributionListRights",
        "domainAdminDomainRights",
    },
    "domainAdminAccountRights": words(f"{_ACCOUNT} createAccount createAlias"),
    "domainAdminCalendarResourceRights": words(f"{_RESOURCE} createCalendarResource"),
    "domainAdminDistributionListRights": words(f"{_LIST} createDistributionList createGroup"),
    "domainAdminDomainRights": frozenset(_IN_DOMAIN.split()),
    "domainAdminConsoleRights": words(
        """domainAdminConsoleAccountRights domainAdminConsoleDLRights
        domainAdminConsoleResourceRights domainAdminConsoleAliasRights
        domainAdminConsoleDomainRights"""
    ),
    "domainAdminCosRights": frozenset(("assignCos", "listCos", "getCos")),
}

#: Attributes of a domain that domainAdminRights may change (flag ``domainAdminModifiable``).
DOMAIN_MODIFIABLE = words(
    """zimbraNotes description zimbraMailStatus zimbraPrefTimeZoneId zimbraGalMaxResults
    zimbraDomainAggregateQuotaWarnPercent zimbraDomainAggregateQuotaWarnEmailRecipient
    zimbraPrefSkin zimbraDomainMandatoryMailSignatureEnabled zimbraDomainMandatoryMailSignatureText
    zimbraDomainMandatoryMailSignatureHTML zimbraMailCatchAllAddress
    zimbraMailCatchAllForwardingAddress"""
)
#: Attributes of an account that domainAdminRights may not change.
ACCOUNT_FIXED = words(
    """zimbraMailTransport zimbraMailHost zimbraIsSystemAccount zimbraIsSystemResource
    zimbraIsExternalVirtualAccount zimbraIsCustomerCareAccount zimbraAuthTokens
    zimbraAuthTokenValidityValue objectClass userPassword zimbraACE"""
)
