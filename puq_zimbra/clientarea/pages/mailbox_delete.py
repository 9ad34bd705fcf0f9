"""The question before a mailbox is moved to the bin: what happens when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, Conflict, NotFound
from puq_zimbra.selfservice import aliases
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import shown_address

from .mailbox import read, space_of

PAGE = Page(
    title=N_("Delete the mailbox"),
    capability="mailboxes",
    parent="mailbox",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Say what the bin means for this mailbox."""
    try:
        account = read(page, (aliases.ATTRIBUTE, "zimbraIsDelegatedAdminAccount"))
    except (NotFound, Conflict):
        return {"form": None, "address": ""}
    may_go = (
        account.one("zimbraIsDelegatedAdminAccount") != "TRUE"
        and account.one("zimbraAccountStatus") != "pending"
    )
    return {
        "form": page.forms.of("bin_mailbox", account.id) if may_go else None,
        "address": shown_address(account.name),
        "id": account.id,
        "aliases": [shown_address(one) for one in aliases.held(account)],
        "last_day": bins.last_day(page.now, page.bin_days),
        "space": space_of(page, account),
    }
