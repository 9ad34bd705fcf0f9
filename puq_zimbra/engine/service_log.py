"""The operations of a service, for a page that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra.request import Request

from .runtime import Runtime


@dataclass(frozen=True)
class ServiceLog:
    """The operations of the request's service, read when a page asks."""

    request: Request
    runtime: Runtime

    def of(self, skip: int, most: int, who: Any, *, only_failed: bool) -> tuple[Sequence[Any], int]:
        """So many after the newest ``skip``, and how many there are."""
        named = self.request.installation_id, self.request.purchase.id
        activity = self.runtime.store().activity
        return activity.of(*named, skip, most, who, only_failed=only_failed)

    def under_way(self) -> Sequence[Any]:
        """Those that have not ended."""
        named = self.request.installation_id, self.request.purchase.id
        return self.runtime.store().activity.under_way(*named)
