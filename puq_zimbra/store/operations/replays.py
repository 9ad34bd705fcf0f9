"""A request that was carried out before: the same id with the same call gets the stored reply.

Source: Stripe's idempotent requests (the same key, another request).
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from puq_zimbra.errors import Refused
from puq_zimbra.reply import Reply
from puq_zimbra.store.operations import records
from puq_zimbra.store.operations.intents import Intent
from puq_zimbra.store.operations.wishes import undoes, wish_of
from puq_zimbra.store.tables import operation

_SAME_REQUEST = (
    sa.select(operation)
    .where(
        operation.c.installation == sa.bindparam("of_installation"),
        operation.c.request_id == sa.bindparam("of_request"),
    )
    .order_by(operation.c.number)
)
_LATER = sa.select(operation).where(
    operation.c.installation == sa.bindparam("of_installation"),
    operation.c.service_id == sa.bindparam("of_service"),
    operation.c.number > sa.bindparam("after"),
)


def stored(connection: Connection, intent: Intent) -> Reply | None:
    """The reply to the request of an intent, if it was carried out; its service is held.

    Raises:
        Refused: the request id was used for another call, or the request is out of date.
    """
    same = {"of_installation": intent.installation, "of_request": intent.request_id}
    found = connection.execute(_SAME_REQUEST, same).all()
    if any(row.fingerprint != intent.fingerprint for row in found):
        raise Refused("This request id was used for another call.")
    if not found:
        return None
    after = {"of_installation": intent.installation, "of_service": intent.service_id}
    later = connection.execute(_LATER, after | {"after": found[-1].number}).all()
    against = [row for row in later if undoes(wish_of(row), intent.wish)]
    if any(row.fingerprint != intent.fingerprint for row in against):
        # Carried out now, it would undo what was asked for after it.
        raise Refused(
            "Something else was asked for this service since this request: send it with a new"
            " request id if it is still wanted."
        )
    done = found[-1].state == "done" and not against
    return records.as_reply(found[-1].reply) if done else None
