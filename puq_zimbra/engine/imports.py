"""Imports and changes of many mailboxes as operations: begun by a form or a command, carried on."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from puq_zimbra.engine import operations, saved_request, usage_reading
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.request import Actor, Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.bulk import many, start
from puq_zimbra.selfservice.bulk import preview as previews
from puq_zimbra.selfservice.bulk.preview import Preview
from puq_zimbra.selfservice.bulk.rows import Row
from puq_zimbra.selfservice.several import Order
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.zimbra.answers import Entry


def preview(request: Request, runtime: Runtime, rows: list[Row]) -> Preview:
    """What the rows would do."""
    zimbra = runtime.zimbra(request)
    stamped = scope.open_service(zimbra, request)
    left = usage_reading.left_to_give_out(request, runtime, stamped)
    return previews.of(zimbra, request, stamped, rows, left)


def begin(request: Request, runtime: Runtime, identity: str) -> str:
    """Begin the import of an upload; the reference of its operation.

    One that was begun before goes on. Where the settings lack the server's credentials, nobody but
    a request of the host can carry it on, so this one does while it has time.

    Raises:
        NotFound: the upload is not there any more.
        Refused: there is nothing to make.
    """
    bulk = runtime.store().bulk
    upload = bulk.get(request.installation_id, request.purchase.id, identity)
    reference = upload.operation
    if reference is None:
        seen = preview(request, runtime, start.rows_of(upload))
        intent = _intent(request, runtime, identity)
        zimbra = runtime.zimbra(request)
        reference = start.begin(bulk, zimbra, request, identity, seen, intent)
    if saved_request.needs_host(request, runtime.config):
        operations.go_on_with(reference)
    runtime.work_waits.set()
    return reference


def begin_change(
    request: Request, runtime: Runtime, order: Order, accounts: Sequence[Entry]
) -> str:
    """Begin a change of these mailboxes, which goes on as an import does; the id of its rows."""
    bulk = runtime.store().bulk

    def intent(identity: str) -> Intent:
        return _intent(request, runtime, identity, many.EVENT)

    identity, reference = many.begin(bulk, request, order, accounts, intent)
    if saved_request.needs_host(request, runtime.config):
        operations.go_on_with(reference)
    runtime.work_waits.set()
    return identity


def _intent(request: Request, runtime: Runtime, identity: str, event: str = start.EVENT) -> Intent:
    kept = request.model_copy(update={"request_id": None, "page": None, "query": None})
    asked = {"event": event, "import": identity}
    return Intent(
        id=f"op-{secrets.token_hex(8)}",
        installation=request.installation_id,
        service_id=request.purchase.id,
        event=event,
        request_id=None,
        fingerprint=runtime.store().operations.fingerprint(asked),
        call=saved_request.write(kept),
        # Its own: a second import does not take the first one's place.
        aspects=frozenset({f"bulk:{identity}"}),
        actor=request.actor or (Actor(kind="customer") if request.takes_forms else None),
    )


def go_on_now(request: Request, runtime: Runtime, identity: str) -> None:
    """Carry on what was begun once this form's own operation has ended.

    For a host whose Zimbra the settings know no credentials of: only its own requests can go on.

    Raises:
        NotFound: it is not there any more.
    """
    scope.open_service(runtime.zimbra(request), request)
    upload = runtime.store().bulk.get(request.installation_id, request.purchase.id, identity)
    if upload.operation is not None and upload.ended_at is None:
        operations.go_on_with(upload.operation)
