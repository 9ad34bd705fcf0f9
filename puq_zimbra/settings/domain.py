"""Server settings of a domain: its host name, disclaimer, logo and colours.

Source: zimbra-attrs.xml; recorded values of a genuine server, which checks hardly any of them (a
logo may be ``javascript:``), and whose classes win over a domain's time zone.
"""

from __future__ import annotations

from puq_zimbra.errors import N_
from puq_zimbra.settings.networks import Host
from puq_zimbra.settings.row import ServerSetting
from puq_zimbra.settings.texts import Class, Mailbox, Switch, Text, TimeZone

_URL = Text(
    r"https://[a-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/?=&%+-]*)?", 256,
    N_("Type an address that begins with https://."),
)  # fmt: skip
_COLOUR = Text(r"#[0-9a-fA-F]{6}", 7, N_("Type a colour such as #0079bf."))
_PICTURE = N_("Address of a picture that begins with https://. Empty: Zimbra's own.")
_HUE = N_("A colour such as #0079bf. Empty: Zimbra's own.")


def _look(key: str, attribute: str, label: str, kind: Text, sentence: str) -> ServerSetting:
    return ServerSetting(
        key=key, attribute=attribute, scope="domain", section="appearance", kind=kind,
        of_domain=True, label=label, sentence=sentence,
    )  # fmt: skip


ROWS = (
    ServerSetting(
        key="default_class", attribute="zimbraDomainDefaultCOSId", scope="domain",
        section="domain", kind=Class(), label=N_("Class of new mailboxes"),
        sentence=N_("Mailboxes without a class of their own have this one."),
    ),
    ServerSetting(
        key="public_host", attribute="zimbraPublicServiceHostname", scope="domain",
        section="domain", kind=Host(), of_domain=True, label=N_("Public host name"),
        sentence=N_(
            "The name in links that Zimbra writes, such as mail.firma.example. It must lead to this"
            " server."
        ),
    ),
    ServerSetting(
        key="catch_all", attribute="zimbraMailCatchAllAddress", scope="mailbox",
        section="domain", kind=Mailbox(), of_domain=True, capability="catch_all",
        label=N_("Mailbox for unknown addresses (catch-all)"),
        sentence=N_(
            "Mail to addresses of the domain that do not exist goes there. Empty (recommended): it"
            " goes back to its sender. A mailbox that gets such mail collects spam."
        ),
    ),
    ServerSetting(
        key="time_zone", attribute="zimbraPrefTimeZoneId", scope="class", section="domain",
        kind=TimeZone(), default=("America/Los_Angeles",), label=N_("Time zone"),
        sentence=N_("Of mailboxes whose owner chose none, such as Europe/Warsaw."),
    ),
    ServerSetting(
        key="disclaimer", attribute="zimbraDomainMandatoryMailSignatureEnabled", scope="domain",
        section="domain", kind=Switch(N_("on"), N_("off")), restart="mta", of_domain=True,
        label=N_("Text below outgoing messages"),
        sentence=N_("The text is added to every message that leaves the domain."),
    ),
    ServerSetting(
        key="disclaimer_text", attribute="zimbraAmavisDomainDisclaimerText", scope="domain",
        section="domain", restart="mta", of_domain=True,
        kind=Text(r".+", 4000, N_("Type a text."), lines=True),
        label=N_("The text, for plain messages"),
        sentence=N_("Such as the company's address and register number."),
    ),
    ServerSetting(
        key="disclaimer_html", attribute="zimbraAmavisDomainDisclaimerHTML", scope="domain",
        section="domain", restart="mta", of_domain=True,
        kind=Text(
            r"(?i:(?!<\s*/?\s*(?:script|iframe|object|embed)|javascript:|\bon[a-z]+\s*=).)+", 8000,
            N_("The text holds a script, which mail programs remove."), lines=True,
        ),
        label=N_("The text, for messages with formatting"),
        sentence=N_("As HTML."),
    ),
    _look("logo_link", "zimbraSkinLogoURL", N_("Address behind the logo"), _URL,
          N_("Where a click on the logo leads. Empty: Zimbra's own.")),
    _look("logo_login", "zimbraSkinLogoLoginBanner", N_("Logo of the log-in page"), _URL, _PICTURE),
    _look("logo_app", "zimbraSkinLogoAppBanner", N_("Logo in webmail"), _URL, _PICTURE),
    _look("favicon", "zimbraSkinFavicon", N_("Icon in the browser's tab"), _URL, _PICTURE),
    _look("colour_text", "zimbraSkinForegroundColor", N_("Colour of texts"), _COLOUR, _HUE),
    _look("colour_ground", "zimbraSkinBackgroundColor", N_("Colour of the background"), _COLOUR,
          _HUE),
    _look("colour_second", "zimbraSkinSecondaryColor", N_("Second colour"), _COLOUR, _HUE),
    _look("colour_chosen", "zimbraSkinSelectionColor", N_("Colour of what is chosen"), _COLOUR,
          _HUE),
)  # fmt: skip
