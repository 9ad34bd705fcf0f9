"""The states of mailboxes that their list may show alone, in the words of its column.

Zimbra knows who may log in; what is nearly full or over its limit is told by the last reading.
"""

from __future__ import annotations

from collections.abc import Iterable

from puq_zimbra.clientarea.quota_bar import Space
from puq_zimbra.readings import MailboxUsage
from puq_zimbra.zimbra import filters

_ACTIVE = "(zimbraAccountStatus=active)"
#: state -> what of it Zimbra knows, as a filter
STATES = {"works": _ACTIVE, "near": _ACTIVE, "over": _ACTIVE, "locked": f"(!{_ACTIVE})"}
#: the states that the reading tells
BY_READING = ("near", "over")
_OF_LEVEL = {"critical": "near", "full": "over", "over": "over"}
#: mailboxes that a filter names at the most
_NAMED = 500


def query(state: str, measured: Iterable[MailboxUsage]) -> str:
    """The filter of a state, as far as Zimbra and a reading can tell; "" = any state."""
    full = [one.id for one in measured if _by_space(one) != "works"] if state == "works" else []
    left_out = f"(!{filters.any_of('zimbraId', full[:_NAMED])})" if full else ""
    return STATES.get(state, "") + left_out


def is_in(one: MailboxUsage | None, state: str) -> bool:
    """Whether a mailbox was in a state when it was read; "" = any; None was not read."""
    if one is None or state in ("", "locked"):
        return not state or (one is not None and one.status != "active")
    return one.status == "active" and _by_space(one) == state


def _by_space(one: MailboxUsage) -> str:
    return _OF_LEVEL.get(Space(one.used, one.limit).level, "works")
