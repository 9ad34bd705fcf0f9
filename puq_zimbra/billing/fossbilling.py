"""The host ``fossbilling``: the words of `plain`, with limits as text.

FOSSBilling keeps a hosting plan's values as texts; sizes without a unit are MB there.

Source: FOSSBilling, `library/Server/Package.php`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from puq_zimbra import amounts
from puq_zimbra.billing import plain
from puq_zimbra.config import WhmcsSettings
from puq_zimbra.registry.hook import Hook
from puq_zimbra.registry.host import Host
from puq_zimbra.request import Request

_READERS = {
    **dict.fromkeys(("mailboxes", "aliases", "lists", "domain_aliases"), amounts.count),
    **dict.fromkeys(("mailbox_quota", "domain_quota"), amounts.size),
}


def read(event: str, hook: Hook, params: Mapping[str, Any], settings: WhmcsSettings) -> Request:
    """The request as sent, its limits as numbers.

    Raises:
        Invalid: names the key.
    """
    service = params.get("service")
    plan = service.get("plan") if isinstance(service, Mapping) else None
    if isinstance(service, Mapping) and isinstance(plan, Mapping):
        params = {**params, "service": {**service, "plan": _as_numbers(plan)}}
    return plain.read(event, hook, params, settings)


def _as_numbers(plan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _READERS[key](value, key) if key in _READERS and isinstance(value, str) else value
        for key, value in plan.items()
    }


HOST = Host(read=read, answer=plain.answer, locale=plain.locale, host_port=plain.host_port)
