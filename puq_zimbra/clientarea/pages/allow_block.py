"""Trusted and blocked senders of one mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, Conflict, NotFound
from puq_zimbra.selfservice import allow_block
from puq_zimbra.units import shown_address

from . import mailbox

PAGE = Page(title=N_("Trusted and blocked senders"), capability="allow_block", parent="mailbox")


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show both lists; ``form`` is None where the mailbox is gone, shut or not the customer's."""
    try:
        account = mailbox.read(page, allow_block.ATTRIBUTES)
    except (NotFound, Conflict):
        return {"form": None, "address": ""}
    if account.one("zimbraAccountStatus") == "pending":
        return {"form": None, "address": ""}
    values = allow_block.values_of(account)
    return {
        "form": page.forms.of("set_allow_block", account.id, values=values),
        "address": shown_address(account.name),
        "most": allow_block.most(page.zimbra, account),
    }
