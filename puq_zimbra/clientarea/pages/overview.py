"""Server information: how the service stands, the product's rows, and the table of mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.clientarea import info_rows
from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_

PAGE = Page(title=N_("Server information"), order=10)


def draw(page: PageContext) -> Mapping[str, Any]:
    """Lay out the page; ``embedded`` leaves out the rows that the host prints around it."""
    left_out = info_rows.PRINTED_BY_HOST if page.request.mode == "embedded" else ()
    return {
        "rows": [row for row in page.view.rows if row.key not in left_out],
        # A host that knows no forms of ours has the one of before.
        "form": page.view.form if page.forms is None else None,
        "password": _password(page),
        "call_off": _call_off(page),
    }


def _call_off(page: PageContext) -> Any:
    """The form that takes the service back, while it waits for its deletion."""
    ending = page.state is not None and page.state.purge_at is not None
    return page.forms.of("call_off_deletion") if ending and page.forms is not None else None


def _password(page: PageContext) -> Any:
    """The form of the administrator's password, for those who cannot open his mailbox's page."""
    if page.forms is None or page.offers("mailboxes"):
        return None
    return page.forms.of("change_admin_password")
