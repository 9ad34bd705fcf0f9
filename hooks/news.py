"""News: what became of an installation's services since the host last asked.

Operations that ended, and storage that passed a threshold, each told once. Only the store is read,
so a host can ask every few minutes. The host sends back the cursor that it got; without one it gets
the crossings that still stand, and of operations those that end from now on. A crossing that is
over before it was told is no news.
"""

from __future__ import annotations

import re
from typing import Any

from puq_zimbra.engine import usage_notices
from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import Invalid
from puq_zimbra.i18n import translate
from puq_zimbra.registry.hook import Hook
from puq_zimbra.reply import CODES, Reply
from puq_zimbra.request import Request
from puq_zimbra.store.operations.activity import Ended

HOOK = Hook(
    needs=("installation",),
    whmcs=("News",),
    wait="click",
)

#: of each kind in one answer
_MOST = 200
#: numbers of the last crossing and of the last operation
_CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


def run(request: Request, runtime: Runtime) -> Reply:
    """Tell what is new, oldest first.

    Raises:
        Invalid: the cursor is none that we gave.
    """
    store, installation = runtime.store(), request.installation_id
    most = request.limit or _MOST
    crossing, operation = _cursor(request.cursor) or (0, store.activity.last_number())
    found = store.history.notices(installation, after=crossing)
    standing = [one for one in found if one.ended_at is None]
    told = standing[:most]
    # Past those that are over already, too, unless some that stand are still to be told.
    seen = told if len(standing) > most else found
    ended = store.activity.ended(installation, operation, most)
    cursor = f"{seen[-1].id if seen else crossing}-{ended[-1].number if ended else operation}"
    data = {
        "cursor": cursor,
        "more": len(standing) > most or len(ended) == most,
        "notices": [usage_notices.as_row(one) for one in told],
        "ended": [_row(one, request.locale) for one in ended],
    }
    count = len(told) + len(ended)
    return Reply("unchanged", "There are %(count)s news.", {"count": count}, data=data)


def _cursor(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Invalid("cursor: is none that this hook gave.")
    return int(found[1]), int(found[2])


def _row(one: Ended, locale: str) -> dict[str, Any]:
    reply = one.reply
    return {
        "service_id": one.service_id,
        "event": one.event,
        "code": one.code,
        "ok": CODES.get(one.code, (False,))[0],
        "message": translate(reply.message, reply.values, locale) if reply else "",
        "reference": one.reference,
    }
