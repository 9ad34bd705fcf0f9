"""DNS records: what should be there beside what is, record by record, with values to copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.dns import dkim, verdict
from puq_zimbra.dns.records import short_name
from puq_zimbra.dns.verdict import Judged
from puq_zimbra.errors import N_
from puq_zimbra.i18n import translate
from puq_zimbra.provisioning.entries import domain_of, shown_name
from puq_zimbra.selfservice import signing
from puq_zimbra.units import shown_domain

PAGE = Page(
    title=N_("Set-up"),
    capability="dns",
    order=50,
    models=frozenset({"domain", "server"}),
)
#: days for which the page tells that an old record may go
_TOLD_DAYS = 60
#: kind -> what the record is called, and what it is for
_KINDS = {
    "mx": ("MX", N_("Brings the domain's mail to this server.")),
    "spf": ("SPF", N_("Says which servers may send mail for the domain.")),
    "dkim": ("DKIM", N_("Signs what you send, so that nobody can forge it.")),
    "dmarc": (
        "DMARC",
        N_("Tells other servers what to do with mail that fails SPF and DKIM."),
    ),
    "autodiscover": ("Autodiscover", N_("Outlook and phones find the server.")),
    "imaps": ("IMAP", N_("Mail programs find the server of incoming mail.")),
    "submissions": ("SMTP", N_("Mail programs find the server of outgoing mail.")),
    "caldavs": ("CalDAV", N_("Phones find the calendars.")),
    "carddavs": ("CardDAV", N_("Phones find the contacts.")),
    "mta_sts": (
        "MTA-STS",
        N_(
            "Other servers send to you encrypted only. It takes effect when your provider"
            " publishes the policy of the domain: ask before you set it."
        ),
    ),
    "tls_rpt": ("TLS-RPT", N_("Other servers report mail that they could not send encrypted.")),
}
#: what a judgement's word means
_NOTES = {
    "elsewhere": N_("Replace the present record: the domain's mail goes to another server."),
    "others": N_("Remove the other records: a part of the mail goes to another server."),
    "fewer": N_("Add what is missing: if the other host fails, mail waits with its senders."),
    "no_name": N_("Your provider tells the name of the mail server."),
    "several": N_("Leave one record only: with several, none counts."),
    "anybody": N_("Replace the present record: it lets every server send mail for the domain."),
    "too_many": N_(
        "Shorten the present record: it needs more than 10 look-ups, so others ignore it."
    ),
    "unreadable": N_("Replace the present record: others cannot read it."),
    "not_named": N_("Replace the present record: it does not name this mail server."),
    "other_key": N_("Replace the present record: it is that of another key."),
    "no_key": N_("Zimbra has no key for the domain yet, so nothing is signed."),
}


@dataclass(frozen=True)
class Shown:
    """A record as the page draws it."""

    title: str
    type: str
    why: str
    #: relative to the domain, in U-label form
    name: str
    values: tuple[str, ...]
    found: tuple[str, ...]
    #: right, wrong, missing, unknown
    state: str
    note: str
    #: of a signature: none, waits, ready (its record is there), used; "" = no signature's record
    key: str = ""


def draw(page: PageContext) -> Mapping[str, Any]:
    """Lay out the records of one of the service's domains."""
    found = signing.domains(page.zimbra, page.request, page.stamped)
    asked = page.query.get("domain") or page.query.get("id", "")
    chosen = next((one for one in found if domain_of(one) == asked), found[0])
    name = domain_of(chosen)
    target = "" if chosen is found[0] else name
    known = page.dns.of(name, signing.in_use(page.zimbra, name))
    groups: dict[str, list[Shown]] = {"todo": [], "unknown": [], "good": [], "more": []}
    for one in known.judged:
        groups[_group(one)].append(_shown(page, one, name))
    return {
        "domain": shown_name(chosen),
        "others": [(domain_of(one), shown_name(one)) for one in found] if len(found) > 1 else [],
        "known": known,
        **groups,
        "arrives": any(
            one.record.kind == "mx" and one.state == verdict.RIGHT for one in known.judged
        ),
        "name_servers": [shown_domain(one) for one in known.name_servers[:4]],
        "replaced": _replaced(page, known, name),
        "check_form": page.forms.of("check_dns", target),
        "make_form": page.forms.of("make_dkim_key", target) if known.may_make else None,
        "use_form": page.forms.of("use_dkim_key", target) if known.waiting else None,
    }


def _group(judged: Judged) -> str:
    if judged.is_trouble:
        return "todo"
    if judged.state == verdict.UNKNOWN:
        return "unknown"
    return "good" if judged.state == verdict.RIGHT else "more"


def _shown(page: PageContext, judged: Judged, domain: str) -> Shown:
    record = judged.record
    title, why = _KINDS[record.kind]
    return Shown(
        title,
        record.type,
        _say(page, why),
        short_name(record.name, domain),
        judged.values,
        judged.found,
        judged.state,
        _say(page, _NOTES[judged.note]) if judged.note else "",
        _key_of(judged),
    )


def _key_of(judged: Judged) -> str:
    if judged.record.kind != "dkim":
        return ""
    key = judged.record.key
    if key is None:
        return "none"
    if key.in_use:
        return "used"
    return "ready" if judged.state == verdict.RIGHT else "waits"


def _replaced(page: PageContext, known: Any, domain: str) -> list[tuple[str, datetime, bool]]:
    """Names of the records of replaced keys, when they may go, and whether that day has come."""
    told = []
    for one in known.replaced:
        since = datetime.fromtimestamp(one.replaced_at, UTC)
        may_go = since + timedelta(days=signing.OLD_RECORD_DAYS)
        if page.now - since < timedelta(days=_TOLD_DAYS):
            key = dkim.PublicKey(one.selector, one.public)
            told.append((short_name(key.name_in(domain), domain), may_go, may_go <= page.now))
    return told


def _say(page: PageContext, message: str) -> str:
    return translate(message, {}, page.request.locale)
