"""Change many mailboxes one after the other, as one operation whose rows the store keeps.

Each is looked at right before its own writes, so one that was changed before an interruption counts
as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from puq_zimbra.clientarea.fields import FieldErrors
from puq_zimbra.errors import Conflict, Fault, NotFound, Refused, TokenRejected, Transient
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope, several
from puq_zimbra.selfservice.bulk.run import NOT_TAKEN
from puq_zimbra.selfservice.several import Order
from puq_zimbra.store.bulk import Bulk, Outcome
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

EVENT = "change_found"
#: stands before the id of a change, by which it is told from an import
PREFIX = "c-"
#: rows that are read at once, after each of which others have their turn
_ROUND = 20


def begin(
    bulk: Bulk,
    request: Request,
    order: Order,
    accounts: Sequence[Entry],
    intent: Callable[[str], Intent],
) -> tuple[str, str]:
    """Note the operation that changes these mailboxes; the id of its rows, and its reference.

    ``intent`` is given that id. The same request begins the same one.
    """
    digest = hashlib.sha256((request.request_id or "").encode()).hexdigest()
    identity = f"{PREFIX}{digest[:32]}"
    rows: list[dict[str, Any]] = [
        {"line": line, "id": one.id, "address": one.name, "order": asdict(order)}
        for line, one in enumerate(accounts, 1)
    ]
    bulk.keep(identity, request.installation_id, request.purchase.id, rows)
    waiting = [Outcome(row["line"], row["address"], "waiting") for row in rows]
    return identity, bulk.begin(identity, intent(identity), rows, waiting)


def carry_out(
    zimbra: Zimbra,
    request: Request,
    rows: Sequence[Mapping[str, Any]],
    now: Callable[[], datetime],
    note: Callable[[Sequence[Outcome]], None],
    breathe: Callable[[], None],
) -> None:
    """Change the mailboxes of the rows; ``breathe`` lets others have their turn."""
    for start in range(0, len(rows), _ROUND):
        stamped = scope.open_service(zimbra, request)
        for row in rows[start : start + _ROUND]:
            note([_change(zimbra, request, stamped, row, now())])
        breathe()


def _change(
    zimbra: Zimbra, request: Request, stamped: Entry, row: Mapping[str, Any], now: datetime
) -> Outcome:
    order, line, address = Order(**row["order"]), row["line"], shown_address(row["address"])
    try:
        account = scope.mailbox(zimbra, request, stamped, row["id"], several.ATTRIBUTES, shut=True)
        if why := several.reason(order.what, account):
            return Outcome(line, address, "same", why)
        several.change_one(zimbra, request, order, account.id, now)
    except FieldErrors as error:
        wrong = next(iter(error.errors.values()))
        return Outcome(line, address, "failed", wrong.message, wrong.values)
    except (Refused, Conflict, NotFound) as error:
        return Outcome(line, address, "failed", error.message, error.values)
    except Fault as error:
        if isinstance(error, Transient | TokenRejected):  # the operation tries again
            raise
        return Outcome(line, address, "failed", NOT_TAKEN, {"code": error.zimbra_code})
    return Outcome(line, address, "changed")
