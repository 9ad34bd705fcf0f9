"""Which attributes a right lets its holder change.

`delegated.csv` lists what Zimbra's definitions call modifiable by domain administrators, with the
kinds of entry. Source: `zimbra-rights-domainadmin.xml`, `zimbra-rights.xml`,
`zimbra-rights-adminconsole-domainadmin.xml`.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from puq_zimbra.simulator.rights import SINGLE
from puq_zimbra.simulator.wordlist import words

#: Kinds of entry by type of target; the others have the same word.
KINDS = {"calresource": "resource", "dl": "list"}
#: The rights with a list of their own.
_NAMES = {
    "setAdminSavedSearch": words("zimbraAdminSavedSearches"),
    "setDomainAdminConsoleAccountsAliasesTab": words("zimbraMailAlias"),
    "setDomainAdminConsoleAccountsContactTab": words(
        "telephoneNumber company street l st postalCode co title facsimileTelephoneNumber"
    ),
    "setDomainAdminConsoleAccountsForwardingTab": words(
        """zimbraFeatureMailForwardingEnabled zimbraPrefMailLocalDeliveryDisabled
        zimbraMailForwardingAddress zimbraPrefMailForwardingAddress
        zimbraPrefCalendarForwardInvitesTo"""
    ),
    "setDomainAdminConsoleAccountsInfoTab": words(
        """givenName initials sn displayName zimbraMailCanonicalAddress zimbraHideInGal
        zimbraAccountStatus zimbraIsDelegatedAdminAccount zimbraDomainAdminMaxMailQuota
        zimbraPasswordMustChange description zimbraNotes"""
    ),
    "setDomainAdminConsoleDLAliasesTab": words("zimbraMailAlias"),
    "setDomainAdminConsoleDLMembersTab": words(
        """cn displayName description zimbraIsAdminGroup zimbraMailStatus zimbraMailAlias
        zimbraHideInGal"""
    ),
    "setDomainAdminConsoleDLNotesTab": words("zimbraNotes"),
    "setDomainAdminConsoleDLSharesTab": words(
        """zimbraDistributionListSendShareMessageToNewMembers
        zimbraDistributionListSendShareMessageFromAddress"""
    ),
    "setDomainAdminConsoleResourcesContactTab": words(
        """zimbraCalResLocationDisplayName zimbraCalResSite zimbraCalResBuilding zimbraCalResFloor
        zimbraCalResRoom zimbraCalResCapacity zimbraCalResContactName zimbraCalResContactEmail
        zimbraCalResContactPhone telephoneNumber company street l st postalCode co"""
    ),
    "setDomainAdminConsoleResourcesPropertiesTab": words(
        """displayName zimbraMailStatus zimbraMailAlias zimbraHideInGal description zimbraNotes cn
        mail uid zimbraAccountStatus zimbraAccountCalendarUserType zimbraCalResType
        zimbraCalResAutoAcceptDecline zimbraCalResAutoDeclineIfBusy
        zimbraCalResAutoDeclineRecurring zimbraCalResLocationDisplayName zimbraCalResSite
        zimbraCalResBuilding zimbraCalResFloor zimbraCalResRoom zimbraCalResCapacity
        zimbraCalResContactName zimbraCalResContactEmail zimbraCalResContactPhone zimbraLocale
        zimbraCalResMaxNumConflictsAllowed zimbraCalResMaxPercentConflictsAllowed
        zimbraPrefCalendarForwardInvitesTo"""
    ),
    "configureAdminUI": words("zimbraAdminConsoleUIComponents"),
    "configurePasswordStrength": words(
        """zimbraPasswordMinLength zimbraPasswordMaxLength zimbraPasswordMinUpperCaseChars
        zimbraPasswordMinLowerCaseChars zimbraPasswordMinPunctuationChars
        zimbraPasswordMinNumericChars"""
    ),
    "configureQuota": words(
        "zimbraMailQuota zimbraQuotaWarnPercent zimbraQuotaWarnInterval zimbraQuotaWarnMessage"
    ),
}
#: What Carbonio's domain administrators may change besides.
_OF_CARBONIO = {
    "account": words("zimbraMailTransport zimbraFeatureTwoFactorAuthRequired"),
    "domain": words(
        """zimbraVirtualHostname zimbraPublicServiceHostname zimbraPublicServicePort
        zimbraSSLCertificate zimbraSSLPrivateKey carbonioLogoUrl carbonioWebUiTitle
        carbonioWebUiDescription carbonioWebUiDarkMode carbonioAdminUiTitle
        carbonioAdminUiDescription"""
    ),
}
_DELEGATED = {
    "setDomainAdminAccountAndCalendarResourceAttrs": ("account", "resource"),
    "setDomainAdminCalendarResourceAttrs": ("resource",),
    "setDomainAdminDistributionListAttrs": ("list",),
    "setDomainAdminDomainAttrs": ("domain",),
}


@cache
def _delegated(kind: str) -> frozenset[str]:
    text = resources.files("puq_zimbra.simulator").joinpath("delegated.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return frozenset(row["name"] for row in rows if kind in row["kinds"].split())


def writes(right: str, kind: str, name: str, *, carbonio: bool = False) -> bool:
    """Say whether a right that is not combined lets its holder change an attribute.

    >>> writes("set.domain.zimbraNotes", "domain", "zimbraNotes")
    True
    """
    if right.startswith("set."):
        _, target, attribute = right.split(".", 2)
        return KINDS.get(target, target) == kind and attribute == name
    if right in _DELEGATED:
        more = _OF_CARBONIO.get(kind, frozenset()) if carbonio else frozenset()
        return kind in _DELEGATED[right] and name in _delegated(kind) | more
    sort, target = SINGLE.get(right, ("", ""))
    if sort != "setAttrs" or KINDS.get(target, target) != kind:
        return False
    return right not in _NAMES or name in _NAMES[right]
