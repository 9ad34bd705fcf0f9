"""Server settings of passwords, sessions and access: those of a class of service.

Source: zimbra-attrs.xml; recorded password rules, lockouts and sessions of a genuine server.
"""

from __future__ import annotations

from puq_zimbra.errors import N_
from puq_zimbra.settings.kinds import Duration, Scaled
from puq_zimbra.settings.networks import Addresses
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.texts import Switch

_AT_NEXT = N_("It holds from the next change of a password on; present ones stay.")
_WHERE = N_("IP addresses or networks, one to a line. Empty: from everywhere.")


def _kinds(key: str, attribute: str, label: str) -> ServerSetting:
    return ServerSetting(
        key=key, attribute=attribute, scope="class", section="passwords", kind=Scaled(0, 10),
        default=("0",), label=label, sentence=_AT_NEXT,
    )  # fmt: skip


def _from_where(key: str, attribute: str, label: str, *, shuts_out: bool = False) -> ServerSetting:
    return ServerSetting(
        key=key, attribute=attribute, scope="class", section="access", kind=Addresses(),
        unproven=True, shuts_out=shuts_out, label=label, sentence=_WHERE,
    )  # fmt: skip


ROWS = (
    ServerSetting(
        key="password_length", attribute="zimbraPasswordMinLength", scope="class",
        section="passwords", kind=Scaled(6, 64, N_("characters")), default=("6",),
        label=N_("Shortest password"), sentence=_AT_NEXT,
    ),
    ServerSetting(
        key="password_most", attribute="zimbraPasswordMaxLength", scope="class",
        section="passwords", kind=Scaled(20, 256, N_("characters")), default=("64",),
        label=N_("Longest password"), sentence=_AT_NEXT,
    ),
    _kinds("password_capitals", "zimbraPasswordMinUpperCaseChars", N_("Capital letters")),
    _kinds("password_small", "zimbraPasswordMinLowerCaseChars", N_("Small letters")),
    _kinds("password_digits", "zimbraPasswordMinNumericChars", N_("Digits")),
    _kinds("password_marks", "zimbraPasswordMinPunctuationChars", N_("Punctuation marks")),
    ServerSetting(
        key="password_common", attribute="zimbraPasswordBlockCommonEnabled", scope="class",
        section="passwords", kind=Switch(N_("refused"), N_("allowed")), default=("FALSE",),
        label=N_("Passwords that everybody knows"), sentence=_AT_NEXT,
    ),
    ServerSetting(
        key="password_history", attribute="zimbraPasswordEnforceHistory", scope="class",
        section="passwords", kind=Scaled(0, 24, N_("passwords")), default=("0",),
        label=N_("Earlier passwords that cannot be used again"), sentence=_AT_NEXT,
    ),
    ServerSetting(
        key="password_age", attribute="zimbraPasswordMaxAge", scope="class", section="passwords",
        kind=Scaled(30, 730, N_("days"), or_zero=True), default=("0",), shuts_out=True,
        label=N_("Passwords expire after"),
        sentence=N_("After so many days Zimbra asks for a new password."),
    ),
    ServerSetting(
        key="password_youth", attribute="zimbraPasswordMinAge", scope="class", section="passwords",
        kind=Scaled(0, 30, N_("days")), default=("0",),
        label=N_("Passwords can be changed again after"),
        sentence=N_("Users must keep a new password for so many days."),
    ),
    ServerSetting(
        key="lockout", attribute="zimbraPasswordLockoutEnabled", scope="class",
        section="passwords", kind=Switch(N_("on"), N_("off")), default=("FALSE",),
        label=N_("Lock after wrong passwords"),
        sentence=N_("Nobody can go on guessing the password of a mailbox."),
    ),
    ServerSetting(
        key="lockout_failures", attribute="zimbraPasswordLockoutMaxFailures", scope="class",
        section="passwords", kind=Scaled(3, 100, N_("passwords")), default=("10",),
        label=N_("Wrong passwords until the lock"),
        sentence=N_("Telephones with an old password count, too."),
    ),
    ServerSetting(
        key="lockout_minutes", attribute="zimbraPasswordLockoutDuration", scope="class",
        section="passwords", kind=Duration(1, 1440, "m"), default=("1h",),
        label=N_("The lock lasts"), sentence=N_("Then the owner can log in again."),
    ),
    ServerSetting(
        key="lockout_window", attribute="zimbraPasswordLockoutFailureLifetime", scope="class",
        section="passwords", kind=Duration(1, 1440, "m"), default=("1h",),
        label=N_("Wrong passwords are counted for"),
        sentence=N_("Older ones are forgotten."),
    ),
    ServerSetting(
        key="two_factors", attribute="zimbraFeatureTwoFactorAuthAvailable", scope="class",
        section="passwords", kind=Switch(N_("allowed"), N_("not allowed")), default=("FALSE",),
        network_edition=True, label=N_("Log-in with a second factor"),
        sentence=N_("Users may protect their log-in by a code from their telephone."),
    ),
    ServerSetting(
        key="two_factors_required", attribute="zimbraFeatureTwoFactorAuthRequired", scope="class",
        section="passwords", kind=Switch(), default=("FALSE",), network_edition=True,
        shuts_out=True, label=N_("Second factor required"),
        sentence=N_("Without the code nobody can log in."),
    ),
    ServerSetting(
        key="session_hours", attribute="zimbraAuthTokenLifetime", scope="class",
        section="sessions", kind=Duration(1, 720, "h"), default=("2d",),
        label=N_("Length of a session in webmail"),
        sentence=N_("After it the user must log in again. It holds from the next log-in on."),
    ),
    ServerSetting(
        key="admin_session_hours", attribute="zimbraAdminAuthTokenLifetime", scope="class",
        section="sessions", kind=Duration(1, 24, "h"), default=("12h",),
        label=N_("Length of a session in the administration panel"),
        sentence=N_("After it the administrator must log in again."),
    ),
    ServerSetting(
        key="idle_minutes", attribute="zimbraMailIdleSessionTimeout", scope="class",
        section="sessions", kind=Duration(5, 1440, "m", or_zero=True), default=("0",),
        label=N_("Webmail closes after a pause of"),
        sentence=N_("Whoever does nothing for so long must log in again."),
    ),
    _from_where("web_from", "zimbraWebClientAllowedIPs", N_("Webmail"), shuts_out=True),
    _from_where("imap_from", "zimbraImapAllowedIPs", "IMAP"),
    _from_where("pop_from", "zimbraPop3AllowedIPs", "POP3"),
    _from_where("mobile_from", "zimbraMobileAllowedIPs", N_("Telephones (ActiveSync)")),
)  # fmt: skip
