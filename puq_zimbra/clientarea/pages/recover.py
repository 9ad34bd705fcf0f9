"""Deleted messages of one mailbox, which can be put back into its inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, Conflict, NotFound, Refused
from puq_zimbra.selfservice import recovery
from puq_zimbra.units import shown_address

from . import mailbox

PAGE = Page(title=N_("Deleted messages"), capability="recover", parent="mailbox")
#: messages of one page
ROWS = 50
_DIGITS = 2
#: characters of a subject that are shown
_LONGEST = 200


def draw(page: PageContext) -> Mapping[str, Any]:
    """List what can be recovered; ``form`` is None where the mailbox is gone or not opened now."""
    try:
        account = mailbox.read(page, recovery.ATTRIBUTES)
    except (NotFound, Conflict):
        return {"form": None, "address": ""}
    address = shown_address(account.name)
    if account.one("zimbraAccountStatus") == "pending":
        return {"form": None, "address": ""}
    try:
        found = recovery.of_mailbox(page.zimbra, account)
    except Refused:
        return {"form": None, "address": address}
    pages = max(1, -(-len(found) // ROWS))
    text = page.query.get("p", "")
    readable = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    number = min(max(int(text), 1), pages) if readable else 1
    return {
        "form": page.forms.of("recover_messages", account.id),
        "id": account.id,
        "address": address,
        "messages": [
            {"id": one.id, "subject": one.subject[:_LONGEST], "sender": one.sender,
             "date": one.date}
            for one in found[(number - 1) * ROWS : number * ROWS]
        ],
        "held": len(found),
        "all_shown": len(found) < recovery.MOST,
        "number": number,
        "pages": pages,
    }  # fmt: skip
