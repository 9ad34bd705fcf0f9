"""How far an import is, and at its end what became of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from puq_zimbra.clientarea.page import Page, PageContext
from puq_zimbra.clientarea.pages.import_preview import ROWS, number_of
from puq_zimbra.errors import N_
from puq_zimbra.i18n import translate
from puq_zimbra.store.bulk import KEPT, Outcome
from puq_zimbra.units import shown_address

PAGE = Page(
    title=N_("Import of mailboxes"),
    capability="bulk",
    parent="mailboxes",
    models=frozenset({"domain", "server"}),
)
#: states of an operation that goes on
_GOES_ON = ("open", "running", "abandoned", "held")


@dataclass(frozen=True)
class Line:
    """A row as the table shows it."""

    #: of the file
    number: int
    #: in U-label form
    address: str
    outcome: str
    #: a finished sentence; may be ""
    why: str


def draw(page: PageContext) -> Mapping[str, Any]:
    """Show the import that is asked for."""
    request, identity = page.request, page.query.get("id", "")
    assert page.store is not None
    store = page.store()
    upload = store.bulk.get(request.installation_id, request.purchase.id, identity)
    counts = store.bulk.counts(upload)
    total = sum(counts.values())
    number, pages = number_of(page, total)
    operation = store.operations.get(upload.operation) if upload.operation else None
    goes_on = operation is not None and operation.state in _GOES_ON
    # Its time was used up, or Zimbra gave no answer: it goes on by itself, or at a click.
    stopped = goes_on and operation is not None and operation.reply is not None
    tried = sum(counts.get(one, 0) for one in ("created", "changed", "failed"))
    passwords = upload.has_passwords and not goes_on
    until = (upload.ended_at or 0) + KEPT
    reply = operation.reply if operation is not None and operation.state == "failed" else None
    return {
        "id": identity,
        "goes_on": goes_on,
        "reference": upload.operation or "",
        "counts": counts,
        "tried": tried,
        "to_do": tried + counts.get("waiting", 0),
        "ended_at": datetime.fromtimestamp(upload.ended_at, UTC) if upload.ended_at else None,
        "broke_off": translate(reply.message, reply.values, request.locale) if reply else "",
        "lines": [
            _line(page, one) for one in store.bulk.outcomes(upload, (number - 1) * ROWS, ROWS)
        ],
        "first": (number - 1) * ROWS + 1,
        "total": total,
        "number": number,
        "pages": pages,
        "passwords": page.forms.of("take_import_passwords", identity) if passwords else None,
        "passwords_until": datetime.fromtimestamp(until, UTC),
        "go_on": page.forms.of("continue_import", identity) if stopped else None,
    }


def _line(page: PageContext, one: Outcome) -> Line:
    why = translate(one.message, one.values, page.request.locale) if one.message else ""
    return Line(one.line, shown_address(one.address), one.outcome, why)
