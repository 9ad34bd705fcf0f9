"""The question before a mailbox of the bin is deleted for good: its address is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_, Conflict, NotFound
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.units import shown_address

from .mailbox import read, space_of

PAGE = Page(
    title=N_("Delete for good"),
    capability="mailboxes",
    parent="bin",
    models=frozenset({"domain", "server"}),
)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Ask for the address."""
    try:
        account = read(page, bins.ATTRIBUTES)
    except (NotFound, Conflict):
        return {"form": None, "address": ""}
    in_bin = bins.holds(account)
    return {
        "form": page.forms.of("delete_mailbox", account.id) if in_bin else None,
        "address": shown_address(account.name),
        "space": space_of(page, account),
    }
