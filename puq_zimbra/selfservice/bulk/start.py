"""Start an import: from an upload and what its preview says to an operation that goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from puq_zimbra.errors import Refused
from puq_zimbra.request import Request
from puq_zimbra.selfservice.bulk import preview as previews
from puq_zimbra.selfservice.bulk.preview import Preview, Seen
from puq_zimbra.selfservice.bulk.rows import Row
from puq_zimbra.store.bulk import Bulk, Outcome, Upload
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.zimbra.client import Zimbra

EVENT = "import_mailboxes"


def keep(bulk: Bulk, request: Request, rows: Sequence[Row]) -> str:
    """Keep an upload until it is started; its id, the same for the same request."""
    identity = hashlib.sha256((request.request_id or "").encode()).hexdigest()[:32]
    kept = [row.as_kept() for row in rows]
    bulk.keep(identity, request.installation_id, request.purchase.id, kept)
    return identity


def rows_of(upload: Upload) -> list[Row]:
    """The rows of an upload that was not started yet."""
    return [Row.kept(one) for one in upload.rows]


def begin(
    bulk: Bulk,
    zimbra: Zimbra,
    request: Request,
    identity: str,
    seen: Preview,
    intent: Intent,
) -> str:
    """Note the operation that makes what a preview says; its reference.

    Raises:
        Refused: there is nothing to make.
        NotFound: the upload is not there any more.
    """
    if not seen.wanted:
        raise Refused("No row of this file makes or changes a mailbox.")
    wanted = previews.with_passwords(zimbra, request, seen.wanted)
    outcomes = [_outcome(one) for one in seen.seen]
    return bulk.begin(identity, intent, [one.as_kept() for one in wanted], outcomes)


def _outcome(one: Seen) -> Outcome:
    """How a row stands at the start."""
    if one.wanted is not None:
        return Outcome(one.row.line, one.row.address, "waiting")
    if one.wrong is None:
        return Outcome(one.row.line, one.row.address, "same")
    return Outcome(one.row.line, one.row.address, "error", one.wrong.message, one.wrong.values)
