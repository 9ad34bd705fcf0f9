"""Phone and mail program: a profile with its code to scan, and the values to copy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from markupsafe import Markup

from puq_zimbra import units
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.devices import programs
from puq_zimbra.errors import N_, Conflict, Fault, NoSuchAccount, NotFound
from puq_zimbra.provisioning.entries import address_of, domain_of
from puq_zimbra.zimbra.answers import Entry

PAGE = Page(
    title=N_("Phone and mail program"),
    capability="devices",
    order=51,
    instead_of="dns",
    beside="dns",
)
#: mailboxes among which one is chosen from a list
MOST = 200
ACTIVE_SYNC, IMAP = "zimbraFeatureMobileSyncEnabled", "zimbraImapEnabled"


def draw(page: PageContext) -> Mapping[str, Any]:
    """Lay out the values of one mailbox of the service."""
    boxes = _boxes(page)
    address = _chosen(page, boxes)
    values = programs.of(page.request.zimbra_server, address)
    features = _features(page, address)
    imap = features.get(IMAP) != "FALSE"
    link = page.devices.link(values) if imap else None
    return {
        "address": units.shown_address(address),
        "boxes": [(one, units.shown_address(one)) for one in boxes],
        "chooser": _chooser(page),
        "programs": values,
        "ports": {"imap": programs.IMAPS, "pop3": programs.POP3S, "smtp": programs.SMTPS},
        "imap": imap,
        "active_sync": features.get(ACTIVE_SYNC) == "TRUE",
        "link": link,
        "code": code_of(link.url) if link else "",
    }


def _boxes(page: PageContext) -> list[str]:
    """The addresses to choose from: those of the last reading, the customer's own first."""
    own = _own(page)
    if page.stamped.kind == "account":
        return [own]
    held = page.usage.mailboxes if page.usage is not None else ()
    others = sorted(one.address for one in held if one.address != own)
    return [own, *others[: MOST - 1]]


def _own(page: PageContext) -> str:
    if page.stamped.kind == "account":
        return address_of(page.stamped)
    return str(page.request.address)


def _chosen(page: PageContext, boxes: list[str]) -> str:
    """The mailbox asked for, if it lies in the service; else the customer's own."""
    with suppress(ValueError):
        asked = units.address(page.query.get("box", ""))
        inside = page.stamped.kind == "domain" and asked.endswith(f"@{domain_of(page.stamped)}")
        if inside or asked in boxes:
            return asked
    return boxes[0]


def _features(page: PageContext, address: str) -> Mapping[str, str]:
    """What Zimbra offers the mailbox; nothing where it does not say."""
    with suppress(NoSuchAccount, NotFound, Conflict, Fault):
        account: Entry = page.zimbra.get_account(
            address, "name", (ACTIVE_SYNC, IMAP), inherited=True
        )
        return {name: account.one(name) or "" for name in (ACTIVE_SYNC, IMAP)}
    return {}


def _chooser(page: PageContext) -> tuple[str, list[tuple[str, str]]]:
    """Where the choice of a mailbox goes, and what it carries: a form by GET has no other query."""
    parts = urlsplit(page.links.to("devices"))
    return parts._replace(query="").geturl(), parse_qsl(parts.query, keep_blank_values=True)


def code_of(url: str) -> Markup:
    """The address as a code to scan, drawn without styles."""
    # Loaded only here: no other page draws one.
    import segno

    return Markup(
        segno.make(url, error="l", micro=False).svg_inline(
            scale=1, border=2, omitsize=True, dark="#000", light="#fff", svgclass=None,
            lineclass=None,
        )
    )  # fmt: skip
