"""What each hook needs to find in its call; what is missing is refused before anything is done."""

from __future__ import annotations

from collections.abc import Mapping

_SERVER = ("server",)
_INSTALLATION = ("installation", "server")
_SERVICE = ("installation", "server", "service", "service.domain")

#: hook -> the keys, in the order in which they are looked for
NEEDS: Mapping[str, tuple[str, ...]] = {
    "create": (*_SERVICE, "service.admin.password"),
    "suspend": _SERVICE,
    "unsuspend": _SERVICE,
    "terminate": _SERVICE,
    "restore": _SERVICE,
    "change_package": _SERVICE,
    "change_password": (*_SERVICE, "new_password"),
    "renew": _SERVICE,
    "usage": _INSTALLATION,
    "sso_service": _SERVICE,
    "sso_admin": _SERVER,
    "list_services": _INSTALLATION,
    "client_area": _SERVICE,
    "client_action": (*_SERVICE, "form"),
    "admin_fields": _SERVICE,
    "test_connection": _SERVER,
    "describe": (),
}
