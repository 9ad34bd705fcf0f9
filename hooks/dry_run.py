"""What a hook would change, told without changing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from puq_zimbra.model import Reply

Change = Mapping[str, Any]


def change(action: str, what: str, attributes: Mapping[str, Any] | None = None) -> Change:
    """One change: create, modify or delete an object, with the attributes that are written."""
    return {"action": action, "object": what, "attributes": dict(attributes or {})}


def reply(changes: Iterable[Change]) -> Reply:
    """Tell the changes; nothing was written."""
    return Reply(
        "unchanged",
        "Nothing was written: this was a dry run.",
        data={"changes": [dict(one) for one in changes]},
    )
