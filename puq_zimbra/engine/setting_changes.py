"""Changes of server settings that the store knows: what was held before each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.errors import NotFound
from puq_zimbra.request import Request


def notes_of(request: Request, runtime: Runtime, reference: str) -> list[Mapping[str, Any]]:
    """The notes of an operation of the request's own service that changed settings.

    Raises:
        NotFound: there is none of that reference.
    """
    kept = runtime.store().operations.get(reference) if reference else None
    of_service = (request.installation_id, request.purchase.id)
    if kept is None or (kept.installation, kept.service_id) != of_service:
        raise NotFound("There is no such change of this service's settings.")
    notes = kept.reply.data.get("settings") if kept.reply else None
    if not isinstance(notes, list) or not notes:
        raise NotFound("There is no such change of this service's settings.")
    return [one for one in notes if isinstance(one, dict)]
