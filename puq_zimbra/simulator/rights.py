"""Rights: which exist, on what they may be granted, what the combined ones hold.

Source: `zimbra-rights.xml`, `zimbra-user-rights.xml`, `zimbra-rights-domainadmin.xml`,
`zimbra-rights-adminconsole-domainadmin.xml`, `RightManager`.
"""

from __future__ import annotations

from puq_zimbra.simulator.wordlist import words

#: Rights to do one thing, by type of target.
_PRESET = {
    "account": """addAccountAlias adminLoginAs changeAccountPassword checkPasswordStrength
        checkRightUsr deleteAccount getAccountInfo getAccountMembership getMailboxInfo listAccount
        manageAccountArchives moveAccountMailbox purgeMessages reindexMailbox remoteWipe
        removeAccountAlias renameAccount setAccountPassword viewAccountAdminUI viewPasswordAging""",
    "calresource": """addCalendarResourceAlias adminLoginCalendarResourceAs
        changeCalendarResourcePassword checkCalendarResourcePasswordStrength
        deleteCalendarResource getCalendarResourceInfo listCalendarResource
        manageCalendarResourceArchives moveCalendarResourceMailbox reindexCalendarResourceMailbox
        removeCalendarResourceAlias renameCalendarResource setCalendarResourcePassword""",
    "dl": """addDistributionListAlias addDistributionListMember checkRightGrp
        deleteDistributionList getDistributionListMembership listDistributionList
        removeDistributionListAlias removeDistributionListMember renameDistributionList
        viewDistributionListAdminUI""",
    "group": """addGroupAlias addGroupMember deleteGroup getGroupMembership listGroup
        removeGroupAlias removeGroupMember renameGroup""",
    "domain": """accessGAL autoProvisionAccount backupAccount checkDomainMXRecord
        checkExchangeAuthConfig countAccount countAlias countCalendarResource
        countDistributionList createAccount createAlias createCalendarResource
        createDistributionList createGroup createSubDomain crossDomainAdmin crossMailboxSearch
        deleteAlias deleteDomain getDomainQuotaUsage listAlias listDomain restoreAccount""",
    "cos": "assignCos deleteCos listCos manageZimlet renameCos",
    "server": """checkDirectoryOnFileSystem checkHealth deleteServer dumpSessions flushCache
        getMailboxStats getServerStats getServiceStatus getSessions listServer
        manageAccountLogger manageMailQueue manageVolume""",
    "zimlet": "deleteZimlet listZimlet",
    "global": """countCos countDomain countServer createCos createServer createTopDomain
        createXMPPComponent createZimlet getAllMailboxes""",
}
#: Rights to read values, by type of target.
_GET = {
    "account": """getAccount getDomainAdminAccountAttrs viewAdminSavedSearch
        viewDomainAdminConsoleAccountsAliasesTab viewDomainAdminConsoleAccountsContactTab
        viewDomainAdminConsoleAccountsForwardingTab viewDomainAdminConsoleAccountsInfoTab""",
    "calresource": """getCalendarResource getDomainAdminCalendarResourceAttrs
        viewDomainAdminConsoleResourcesContactTab viewDomainAdminConsoleResourcesPropertiesTab""",
    "dl": """getDistributionList viewDomainAdminConsoleDLAliasesTab
        viewDomainAdminConsoleDLMembersTab viewDomainAdminConsoleDLNotesTab
        viewDomainAdminConsoleDLSharesTab""",
    "group": "getGroup",
    "domain": "getDomain",
    "cos": "getCos",
    "server": "getServer",
    "config": "getGlobalConfig",
    "zimlet": "getZimlet",
}
#: Rights to write values, by type of target; which values, says `settable`.
_SET = {
    "account": """modifyAccount setAdminSavedSearch
        setDomainAdminAccountAndCalendarResourceAttrs setDomainAdminConsoleAccountsAliasesTab
        setDomainAdminConsoleAccountsContactTab setDomainAdminConsoleAccountsForwardingTab
        setDomainAdminConsoleAccountsInfoTab configureAdminUI configurePasswordStrength
        configureQuota""",
    "calresource": """modifyCalendarResource setDomainAdminCalendarResourceAttrs
        setDomainAdminConsoleResourcesContactTab setDomainAdminConsoleResourcesPropertiesTab""",
    "dl": """modifyDistributionList setDomainAdminConsoleDLAliasesTab
        setDomainAdminConsoleDLMembersTab setDomainAdminConsoleDLNotesTab
        setDomainAdminConsoleDLSharesTab setDomainAdminDistributionListAttrs""",
    "group": "modifyGroup",
    "domain": "modifyDomain setDomainAdminDomainAttrs",
    "cos": "modifyCos",
    "server": "modifyServer",
    "config": "modifyGlobalConfig",
    "zimlet": "modifyZimlet",
}
#: Rights that ordinary users hold and grant, with their type of target and Zimbra's words.
USER_RIGHTS = {
    "createDistList": ("domain", "create distribution lists in a domain"),
    "invite": (
        "account",
        "automatically add meeting invites from grantee to the target\u2019s calendar",
    ),
    "loginAs": (
        "account",
        "login as another user. Currently this is only honored for imap/pop3 login.",
    ),
    "ownDistList": ("dl", "own distribution list"),
    "sendAs": ("account", "reply to messages in a shared folder as the owner of the folder"),
    "sendAsDistList": ("dl", "reply to messages in a shared folder as the owner of the folder"),
    "sendOnBehalfOf": ("account", "send messages on behalf of the grantor"),
    "sendOnBehalfOfDistList": ("dl", "send messages on behalf of the grantor"),
    "sendToDistList": ("dl", "send mails to distribution list"),
    "viewDistList": ("dl", "view distribution list members"),
    "viewFreeBusy": ("account", "view free/busy"),
}
#: Rights that everyone has where no grant says otherwise.
ALLOWED_BY_DEFAULT = words("invite sendToDistList viewDistList viewFreeBusy")
#: Rights that are granted on the entry itself only, not on its domain.
_ON_ITSELF = {
    **dict.fromkeys(("sendAs", "sendOnBehalfOf"), ("account",)),
    **dict.fromkeys(("ownDistList", "sendAsDistList", "sendOnBehalfOfDistList"), ("dl", "group")),
}
_PLACES = {
    "account": ("account", "calresource", "dl", "group", "domain", "global"),
    "calresource": ("calresource", "dl", "group", "domain", "global"),
    "dl": ("dl", "group", "domain", "global"),
    "group": ("dl", "group", "domain", "global"),
    "domain": ("domain", "global"),
    "cos": ("global", "cos"),
    "server": ("server", "global"),
    "config": ("config", "global"),
    "zimlet": ("zimlet", "global"),
    "global": ("global",),
}

_ALL_PLACES = tuple(dict.fromkeys(each for held in _PLACES.values() for each in held))

#: What each combined right holds, other combined ones by their names.
_COMBOS = {
    "domainAdminRights": """domainAdminAccountRights domainAdminCalendarResourceRights
        domainAdminDistributionListRights domainAdminDomainRights listAlias""",
    "domainAdminAccountRights": """addAccountAlias adminLoginAs checkPasswordStrength deleteAccount
        getAccount getAccountInfo getAccountMembership getMailboxInfo listAccount reindexMailbox
        removeAccountAlias renameAccount setAccountPassword setAdminSavedSearch
        setDomainAdminAccountAndCalendarResourceAttrs viewAccountAdminUI viewAdminSavedSearch""",
    "domainAdminCalendarResourceRights": """addCalendarResourceAlias adminLoginCalendarResourceAs
        checkCalendarResourcePasswordStrength deleteCalendarResource getCalendarResource
        getCalendarResourceInfo listCalendarResource reindexCalendarResourceMailbox
        removeCalendarResourceAlias renameCalendarResource setCalendarResourcePassword
        setDomainAdminAccountAndCalendarResourceAttrs setDomainAdminCalendarResourceAttrs""",
    "domainAdminDistributionListRights": """addDistributionListAlias addDistributionListMember
        deleteDistributionList getDistributionList getDistributionListMembership
        listDistributionList removeDistributionListAlias removeDistributionListMember
        renameDistributionList setDomainAdminDistributionListAttrs viewDistributionListAdminUI""",
    "domainAdminDomainRights": """accessGAL checkDomainMXRecord countAccount createAccount
        createAlias createCalendarResource createDistributionList deleteAlias getDomain listDomain
        listAccount listAlias listCalendarResource listDistributionList
        setDomainAdminDomainAttrs""",
    "domainAdminCosRights": "assignCos getCos listCos",
    "domainAdminServerRights": "flushCache",
    "domainAdminZimletRights": "getZimlet listZimlet",
    "domainAdminConsoleRights": """domainAdminConsoleAccountRights domainAdminConsoleAliasRights
        domainAdminConsoleDLRights domainAdminConsoleResourceRights
        domainAdminConsoleSavedSearchRights listDomain countAccount countAlias
        countCalendarResource countDistributionList""",
    "domainAdminConsoleAccountRights": """getMailboxInfo getDomainAdminAccountAttrs
        domainAdminConsoleAccountsInfoTabRights domainAdminConsoleAccountsContactTabRights
        domainAdminConsoleAccountsMemberOfTabRights domainAdminConsoleAccountsAliasesTabRights
        domainAdminConsoleAccountsForwardingTabRights listAccount viewAccountAdminUI""",
    "domainAdminConsoleAccountsInfoTabRights": """setDomainAdminConsoleAccountsInfoTab
        viewDomainAdminConsoleAccountsInfoTab getAccountInfo createAccount deleteAccount
        renameAccount setAccountPassword""",
    "domainAdminConsoleAccountsContactTabRights": """setDomainAdminConsoleAccountsContactTab
        viewDomainAdminConsoleAccountsContactTab""",
    "domainAdminConsoleAccountsMemberOfTabRights": "getAccountMembership",
    "domainAdminConsoleAccountsAliasesTabRights": """setDomainAdminConsoleAccountsAliasesTab
        viewDomainAdminConsoleAccountsAliasesTab createAlias deleteAlias addAccountAlias
        removeAccountAlias""",
    "domainAdminConsoleAccountsForwardingTabRights": """setDomainAdminConsoleAccountsForwardingTab
        viewDomainAdminConsoleAccountsForwardingTab""",
    "domainAdminConsoleAliasRights": "viewAccountAdminUI listAlias",
    "domainAdminConsoleDLRights": """domainAdminConsoleDLMembersTabRights
        domainAdminConsoleDLNotesTabRights domainAdminConsoleDLMemberOfTabRights
        domainAdminConsoleDLAliasesTabRights domainAdminConsoleDLSharesTabRights
        listDistributionList viewDistributionListAdminUI""",
    "domainAdminConsoleDLMembersTabRights": """setDomainAdminConsoleDLMembersTab
        viewDomainAdminConsoleDLMembersTab renameDistributionList createDistributionList
        deleteDistributionList addDistributionListMember removeDistributionListMember
        addDistributionListAlias removeDistributionListAlias""",
    "domainAdminConsoleDLNotesTabRights": """setDomainAdminConsoleDLNotesTab
        viewDomainAdminConsoleDLNotesTab""",
    "domainAdminConsoleDLMemberOfTabRights": "getDistributionListMembership",
    "domainAdminConsoleDLAliasesTabRights": """setDomainAdminConsoleDLAliasesTab
        viewDomainAdminConsoleDLAliasesTab createAlias deleteAlias addCalendarResourceAlias
        removeCalendarResourceAlias""",
    "domainAdminConsoleDLSharesTabRights": """setDomainAdminConsoleDLSharesTab
        viewDomainAdminConsoleDLSharesTab""",
    "domainAdminConsoleResourceRights": """getMailboxInfo getDomainAdminCalendarResourceAttrs
        domainAdminConsoleResourcesPropertiesTabRights domainAdminConsoleResourcesContactTabRights
        listCalendarResource viewAccountAdminUI""",
    "domainAdminConsoleResourcesPropertiesTabRights": """setDomainAdminConsoleResourcesPropertiesTab
        viewDomainAdminConsoleResourcesPropertiesTab addCalendarResourceAlias
        removeCalendarResourceAlias getCalendarResourceInfo createCalendarResource
        renameCalendarResource deleteCalendarResource setCalendarResourcePassword""",
    "domainAdminConsoleResourcesContactTabRights": """setDomainAdminConsoleResourcesContactTab
        viewDomainAdminConsoleResourcesContactTab""",
    "domainAdminConsoleSavedSearchRights": "setAdminSavedSearch viewAdminSavedSearch",
}
#: Each right that is not combined: its kind and its type of target.
SINGLE = {
    name: (kind, target)
    for kind, table in (("preset", _PRESET), ("getAttrs", _GET), ("setAttrs", _SET))
    for target, text in table.items()
    for name in text.split()
}
SINGLE.update((name, ("preset", target)) for name, (target, _) in USER_RIGHTS.items())


def parts(name: str) -> tuple[str, ...]:
    """Rights that a combined one holds directly."""
    return tuple(_COMBOS.get(name, "").split())


def _expanded(name: str) -> frozenset[str]:
    return frozenset({name}.union(*(_expanded(each) for each in parts(name))))


#: What the combined rights hold, all levels.
COMBINED = {name: _expanded(name) for name in _COMBOS}


def places(name: str) -> tuple[str, ...]:
    """Types of target on which a right may be granted; that of one attribute is ``set.KIND.NAME``.

    >>> places("deleteDomain"), places("set.cos.zimbraMailQuota"), places("sendAs")
    (('domain', 'global'), ('global', 'cos'), ('account',))
    """
    if name in _ON_ITSELF:
        return _ON_ITSELF[name]
    if name in SINGLE:
        return _PLACES[SINGLE[name][1]]
    if "." in name:
        return _PLACES[name.split(".")[1]]
    shared = [set(places(each)) for each in COMBINED[name] if each in SINGLE]
    return tuple(each for each in _ALL_PLACES if all(each in s for s in shared))


#: Who may write all values of a kind of target may read them, too (`AttrRight.suitableFor`).
_READING = {
    "modifyAccount": "getAccount",
    "modifyCalendarResource": "getCalendarResource",
    "modifyDistributionList": "getDistributionList",
    "modifyGroup": "getGroup",
    "modifyDomain": "getDomain",
    "modifyCos": "getCos",
    "modifyServer": "getServer",
    "modifyGlobalConfig": "getGlobalConfig",
}
#: right -> what it holds beside itself
HELD = {**COMBINED, **{name: frozenset({read}) for name, read in _READING.items()}}

#: All rights but those of one attribute.
KNOWN = frozenset(SINGLE) | frozenset(COMBINED)
