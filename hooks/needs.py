"""What each hook needs to find in its call; what is missing is refused before anything is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from puq_zimbra.call import Call
from puq_zimbra.errors import Invalid

_SERVER = ("server",)
_INSTALLATION = ("installation", "server")
#: the service's domain; the address for model ``mailbox``
NAME = "service.domain"
_SERVICE = ("installation", "server", "service", NAME)

#: hook -> the keys, in the order in which they are looked for
NEEDS: Mapping[str, tuple[str, ...]] = {
    "create": (*_SERVICE, "service.admin.password"),
    "suspend": _SERVICE,
    "unsuspend": _SERVICE,
    "terminate": _SERVICE,
    "restore": _SERVICE,
    "adopt": _SERVICE,
    "plan": _SERVICE,
    "drift": _SERVICE,
    "repair": _SERVICE,
    "change_package": _SERVICE,
    "change_password": (*_SERVICE, "new_password"),
    "renew": _SERVICE,
    "usage": _INSTALLATION,
    "sso_service": _SERVICE,
    "sso_admin": _SERVER,
    "list_services": _INSTALLATION,
    "list_classes": _SERVER,
    "client_area": _SERVICE,
    "client_action": (*_SERVICE, "form"),
    "admin_fields": _SERVICE,
    "test_connection": _SERVER,
    "describe": (),
}


def check(call: Call, needs: Iterable[str]) -> None:
    """See that the call holds the keys.

    Raises:
        Invalid: names the first one that is missing.
    """
    for need in needs:
        if need == NAME and call.sold.model == "mailbox":
            need = "service.mailbox"
        value: Any = call
        for key in need.split("."):
            value = getattr(value, key)
            if value is None or value == {}:
                raise Invalid("%(key)s is missing.", key=need)
