"""Client page: a page of the customer's area as JSON, for a host with a look of its own.

It holds what `client_area` draws: the pages there are, how the service stands, what stands on the
page, and its forms. A form is sent to `client_action`, its fields beside the form's own keys.
"""

from __future__ import annotations

from puq_zimbra.engine.runtime import Runtime
from puq_zimbra.registry.hook import PAGE_PLAN, SERVICE, Hook
from puq_zimbra.reply import Reply
from puq_zimbra.request import Request

from . import client_area

HOOK = Hook(
    needs=SERVICE,
    keeps_answer=False,
    audience="customer",
    plan=PAGE_PLAN,
    wait="page",
)
#: what stands for the host's own addresses where it gives none: it needs none for JSON
_NOWHERE = {"action": "client_action", "page_url": "?page="}


def run(request: Request, runtime: Runtime) -> Reply:
    """Read the page."""
    update = {"form": {**_NOWHERE, **request.form}, "query": request.query or {}}
    asked = request.model_copy(update=update)
    return Reply("unchanged", "The page was read.", data=client_area.as_json(asked, runtime))
