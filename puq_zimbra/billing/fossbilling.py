"""The host ``fossbilling``: the words of `plain`, with limits as text.

FOSSBilling keeps a hosting plan's values as texts; sizes without a unit are MB there. A service of
the server manager has its domain as id, one of the product type its order's number: `hand_over`
leads from one to the other.

Source: FOSSBilling, `library/Server/Package.php`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from puq_zimbra import amounts
from puq_zimbra.billing import plain
from puq_zimbra.config import WhmcsSettings
from puq_zimbra.errors import Invalid
from puq_zimbra.registry.hook import Hook
from puq_zimbra.registry.host import Host
from puq_zimbra.request import Request

_READERS = {
    **dict.fromkeys(("mailboxes", "aliases", "lists", "domain_aliases"), amounts.count),
    **dict.fromkeys(("mailbox_quota", "domain_quota", "disk"), amounts.size),
}
#: its own name of an event
HAND_OVER = "hand_over"
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def read(event: str, hook: Hook, params: Mapping[str, Any], settings: WhmcsSettings) -> Request:
    """The request as sent, its limits as numbers.

    Raises:
        Invalid: names the key.
    """
    service = params.get("service")
    plan = service.get("plan") if isinstance(service, Mapping) else None
    if isinstance(service, Mapping):
        service = _as_numbers(service)
        if isinstance(plan, Mapping):
            service["plan"] = _as_numbers(plan)
        params = {**params, "service": service}
    request = plain.read(event, hook, params, settings)
    return _within_the_installation(request, settings) if event == HAND_OVER else request


def _as_numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _READERS[key](value, key) if key in _READERS and isinstance(value, str) else value
        for key, value in given.items()
    }


def _within_the_installation(request: Request, settings: WhmcsSettings) -> Request:
    """A handing over to an order of the same installation and the same customer.

    Raises:
        Invalid: names the key.
    """
    number = request.form.get("to_id", "")
    if not _NUMBER.fullmatch(number):
        raise Invalid("%(key)s is not the number of an order.", key="form.to_id")
    if request.service is None or not request.service.customer_id:
        raise Invalid("%(key)s is missing.", key="service.customer_id")
    # A call that names another installation than the one that signed it is refused by the engine.
    own = request.installation or settings.installation
    form = {"to_installation": own, "to_id": number, "of_customer": "yes"}
    return request.model_copy(update={"form": form, "identity": None})


HOST = Host(
    read=read,
    answer=plain.answer,
    locale=plain.locale,
    host_port=plain.host_port,
    further_names={HAND_OVER: "transfer"},
)
