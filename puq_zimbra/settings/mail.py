"""Server settings of mail: sizes, spam, relays, lifetimes.

Source: zimbra-attrs.xml; recorded values of a genuine server.
"""

from __future__ import annotations

from puq_zimbra.errors import N_
from puq_zimbra.settings.kinds import Duration, megabytes, points
from puq_zimbra.settings.networks import Host, Relays
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.texts import Switch, Text, Words

_ALLOWED = Switch(N_("allowed"), N_("not allowed"))

ROWS = (
    ServerSetting(
        key="largest_message", attribute="zimbraMtaMaxMessageSize", scope="global", section="mail",
        kind=megabytes(5, 200), default=("10240000",), restart="mta",
        label=N_("Largest message"),
        sentence=N_("A message with its attachments. Larger ones are returned to their sender."),
    ),
    ServerSetting(
        key="largest_upload", attribute="zimbraFileUploadMaxSize", scope="server", section="mail",
        kind=megabytes(5, 200), default=(),
        label=N_("Largest file in webmail"),
        sentence=N_("The largest file that can be attached in webmail."),
    ),
    ServerSetting(
        key="blocked_attachments", attribute="zimbraMtaBlockedExtension", scope="global",
        section="mail", restart="antispam", common="zimbraMtaCommonBlockedExtension",
        kind=Words(r"[a-z0-9]{1,16}", 100, N_("%(word)s is not the end of a file's name.")),
        label=N_("Blocked attachments"),
        sentence=N_(
            "Messages with such files are not delivered. Type the ends of their names, with blanks"
            " between."
        ),
    ),
    ServerSetting(
        key="forwarding", attribute="zimbraFeatureMailForwardingEnabled", scope="class",
        section="mail", kind=_ALLOWED, default=("TRUE",),
        label=N_("Forwarding by users"),
        sentence=N_(
            "Whether users may forward their mail to other addresses themselves. What is forwarded"
            " already goes on."
        ),
    ),
    ServerSetting(
        key="forwarding_in_filters", attribute="zimbraFeatureMailForwardingInFiltersEnabled",
        scope="class", section="mail", kind=_ALLOWED, default=("TRUE",),
        label=N_("Forwarding in filters"),
        sentence=N_("Whether users' filters may send messages on to other addresses."),
    ),
    ServerSetting(
        key="relay_host", attribute="zimbraMtaRelayHost", scope="server", section="mail",
        kind=Host(port=True), restart="mta",
        label=N_("Relay for outgoing mail"),
        sentence=N_(
            "All outgoing mail is handed to this host, such as relay.firma.example:587. Empty: the"
            " server delivers it itself."
        ),
    ),
    ServerSetting(
        key="trusted_networks", attribute="zimbraMtaMyNetworks", scope="server", section="mail",
        kind=Relays(), restart="mta",
        label=N_("Networks that send without a log-in"),
        sentence=N_(
            "Printers and programs in these networks may send mail without a password; one to a"
            " line. Empty: Zimbra chooses its own network."
        ),
    ),
    ServerSetting(
        key="trash_days", attribute="zimbraMailTrashLifetime", scope="class", section="mail",
        kind=Duration(1, 3650, "d", or_zero=True), default=("30d",),
        label=N_("Trash is emptied after"),
        sentence=N_("Older messages in the trash are deleted for good."),
    ),
    ServerSetting(
        key="spam_days", attribute="zimbraMailSpamLifetime", scope="class", section="mail",
        kind=Duration(1, 3650, "d", or_zero=True), default=("30d",),
        label=N_("Junk is emptied after"),
        sentence=N_("Older messages in the folder Junk are deleted for good."),
    ),
    ServerSetting(
        key="message_days", attribute="zimbraMailMessageLifetime", scope="class", section="mail",
        kind=Duration(31, 36500, "d", or_zero=True), default=("0",),
        label=N_("Messages are deleted after"),
        sentence=N_("All messages that are older are deleted for good, in every folder."),
    ),
    ServerSetting(
        key="recovery", attribute="zimbraDumpsterEnabled", scope="class", section="mail",
        kind=Switch(N_("on"), N_("off")), default=("FALSE",),
        label=N_("Recovery of deleted messages"),
        sentence=N_("Messages deleted from the trash can still be brought back for some days."),
    ),
    ServerSetting(
        key="recovery_days", attribute="zimbraMailDumpsterLifetime", scope="class", section="mail",
        kind=Duration(1, 3650, "d"), default=("30d",),
        label=N_("Deleted messages can be brought back for"),
        sentence=N_("They take up space for so long."),
    ),
    ServerSetting(
        key="spam_tag", attribute="zimbraSpamTagPercent", scope="global", section="spam",
        kind=points(3, 10), default=("33",), restart="antispam",
        label=N_("Marked as spam from"),
        sentence=N_("Such messages go to the folder Junk. A smaller number filters more."),
    ),
    ServerSetting(
        key="spam_kill", attribute="zimbraSpamKillPercent", scope="global", section="spam",
        kind=points(8, 20), default=("75",), restart="antispam",
        label=N_("Rejected from"),
        sentence=N_("Such messages do not arrive at all. More points than for the mark."),
    ),
    ServerSetting(
        key="spam_subject", attribute="zimbraSpamSubjectTag", scope="global", section="spam",
        kind=Text(r"[^\n\x00-\x1f]+", 32, N_("Type one line of text.")), restart="antispam",
        label=N_("Word before the subject of spam"),
        sentence=N_("Such as [SPAM]. Empty: the subject stays as it is."),
    ),
    ServerSetting(
        key="encrypted_archives", attribute="zimbraVirusBlockEncryptedArchive", scope="global",
        section="spam", default=("TRUE",), restart="mta",
        kind=Switch(N_("blocked"), N_("delivered")),
        label=N_("Archives with a password"),
        sentence=N_("The virus scanner cannot look inside them."),
    ),
    ServerSetting(
        key="virus_notice", attribute="zimbraVirusWarnRecipient", scope="global", section="spam",
        kind=Switch(), default=("TRUE",), restart="antispam",
        label=N_("Recipients are told of viruses"),
        sentence=N_("Whoever would have received an infected message gets a note about it."),
    ),
)  # fmt: skip
