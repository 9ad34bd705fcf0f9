"""A request as the store keeps it until its operation has ended: without any secret.

Source: pydantic's SecretStr, which marks every secret of `puq_zimbra.request`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from puq_zimbra.config import Config
from puq_zimbra.errors import Waits
from puq_zimbra.fields import OF_HOST
from puq_zimbra.request import Request

if TYPE_CHECKING:
    from puq_zimbra.store.operations.records import OperationRecord

#: what the customer typed, and what only his page needs
_NOT_KEPT = {"form", "billing"}


def write(request: Request) -> str:
    """The request as JSON.

    >>> json.loads(write(Request(new_password="x", locale="pl")))["locale"]
    'pl'
    """
    return json.dumps(_without_secrets(request.model_dump(exclude=_NOT_KEPT, exclude_none=True)))


def _without_secrets(given: Any) -> Any:
    # Left out, not masked: a mask would be read as a password.
    if isinstance(given, dict):
        return {
            key: _without_secrets(value)
            for key, value in given.items()
            if not isinstance(value, SecretStr)
        }
    return given


def needs_host(request: Request, config: Config) -> bool:
    """Whether the settings lack the credentials, so that only a request of the host goes on."""
    kept = config.complete(Request.model_validate_json(write(request)))
    return kept.zimbra_server.password is None


def read(kept: OperationRecord, config: Config, beside: Request | None = None) -> Request:
    """The call of an operation, with the credentials of the settings.

    ``beside`` is another call for the same service: what it brings along is taken where the
    settings have none, and the administrator's password, which is the same in all of them.

    Raises:
        Waits: it was not kept, or the settings have no credentials for its server.
        Misconfigured: the settings cannot be used.
    """
    if kept.call is None:
        raise Waits("its call was not kept.")
    try:
        request = config.complete(Request.model_validate_json(kept.call))
    except ValidationError as error:
        raise Waits("its call was kept by another version.") from error
    if beside is not None:
        request = _with_secrets_of(request, beside)
    if request.zimbra_server.password is None:
        raise Waits(f"the settings have no password for {request.zimbra_server.host}.")
    return request


def _with_secrets_of(request: Request, beside: Request) -> Request:
    server = request.server
    if beside.server is not None and request.zimbra_server.url == beside.server.url:
        server = beside.server
    admin = request.purchase.admin.model_copy(update={"password": beside.purchase.admin.password})
    service = request.purchase.model_copy(update={"admin": admin})
    return request.model_copy(update={"server": server, "service": service})


def fingerprinted(event: str, request: Request) -> dict[str, object]:
    """What its fingerprint covers, secrets included; the store keeps only a digest."""
    asked = {"event": event, **request.model_dump(include={"service", "form"})}
    if request.takes_forms:  # a double click is the same form, be an invoice made in between
        asked["form"] = {k: v for k, v in request.form.items() if k not in OF_HOST}
    asked["server"] = request.zimbra_server.url
    if request.take_existing:
        asked["take_existing"] = True
    if request.new_password is not None:
        asked["new_password"] = request.new_password.get_secret_value()
    if request.purchase.admin.password is not None:
        asked["admin_password"] = request.purchase.admin.password.get_secret_value()
    return asked
