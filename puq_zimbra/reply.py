"""What the host is told, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: code of a reply -> (ok, exit status of the command line, HTTP status)
CODES: Mapping[str, tuple[bool, int, int]] = {
    "created": (True, 0, 201),
    "updated": (True, 0, 200),
    "already_exists": (True, 0, 200),
    "unchanged": (True, 0, 200),
    "already_gone": (True, 0, 200),
    "pending": (False, 75, 202),
    "busy": (False, 75, 409),
    "refused": (False, 1, 409),
    "conflict": (False, 1, 409),
    "not_ours": (False, 77, 409),
    "not_found": (False, 1, 404),
    "invalid": (False, 65, 400),
    "misconfigured": (False, 78, 422),
    "unavailable": (False, 69, 503),
}


@dataclass(frozen=True)
class Reply:
    """What the host is told."""

    #: a key of `CODES`
    code: str
    #: one English sentence with %(name)s places, fit for a customer
    message: str
    #: values of the message's places
    values: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    #: further data that is told once and kept nowhere, such as a generated password
    once: Mapping[str, Any] = field(default_factory=dict, repr=False)
    html: str | None = field(default=None, repr=False)
    retryable: bool = False

    @property
    def ok(self) -> bool:
        """Whether the host may take it as done."""
        return CODES[self.code][0]
