"""What an import would do, row by row; nothing has been changed yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.errors import N_
from puq_zimbra.i18n import translate
from puq_zimbra.selfservice import given_out
from puq_zimbra.selfservice.bulk import preview as previews
from puq_zimbra.selfservice.bulk import start
from puq_zimbra.selfservice.bulk.preview import Seen
from puq_zimbra.units import shown_address

PAGE = Page(
    title=N_("Preview of the import"),
    capability="bulk",
    parent="import",
    models=frozenset({"domain", "server"}),
)
#: rows of one page
ROWS = 100


@dataclass(frozen=True)
class Line:
    """A row as the table shows it."""

    #: of the file
    number: int
    #: in U-label form
    address: str
    seen: Seen
    #: a finished sentence; "" = nothing is wrong
    wrong: str


def number_of(page: PageContext, rows: int) -> tuple[int, int]:
    """The number of the page of a list that is asked for, and how many there are."""
    asked = page.query.get("p", "")
    pages = max(1, -(-rows // ROWS))
    number = (
        int(asked) if asked.isascii() and asked.isdigit() and len(asked) < len("1000000") else 1
    )
    return min(max(number, 1), pages), pages


def draw(page: PageContext) -> Mapping[str, Any]:
    """Compare the upload with what is there."""
    request, identity = page.request, page.query.get("id", "")
    assert page.store is not None
    upload = page.store().bulk.get(request.installation_id, request.purchase.id, identity)
    if upload.operation is not None:
        return {"id": identity, "begun": True}
    left = given_out.left(page.zimbra, request, page.stamped, page.usage, page.now)
    seen = previews.of(page.zimbra, request, page.stamped, start.rows_of(upload), left)
    number, pages = number_of(page, len(seen.seen))
    shown = seen.worst_first()[(number - 1) * ROWS : number * ROWS]
    return {
        "id": identity,
        "begun": False,
        "form": page.forms.of("start_import", identity),
        "preview": seen,
        "counts": seen.counts,
        "generated": sum(one.generated for one in seen.wanted),
        "lines": _lines(page, shown),
        "first": (number - 1) * ROWS + 1,
        "number": number,
        "pages": pages,
    }


def _lines(page: PageContext, shown: Sequence[Seen]) -> list[Line]:
    return [
        Line(
            one.row.line,
            shown_address(one.row.address),
            one,
            translate(one.wrong.message, one.wrong.values, page.request.locale)
            if one.wrong
            else "",
        )
        for one in shown
    ]
