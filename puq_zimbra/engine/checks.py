"""What is checked before a hook runs: who sends the request, and what it must hold.

Source: `puq_zimbra.http.signatures`; `puq_zimbra.provisioning.ownership`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from puq_zimbra.errors import Invalid, NotOurs
from puq_zimbra.registry.hook import NAME
from puq_zimbra.request import Request

from .runtime import Runtime

#: a customer's id that can stand in a mark in Zimbra
CUSTOMER = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def settings_of(settings: BaseModel, installation: str | None) -> BaseModel:
    """A host's settings for a request that an installation's secret signed."""
    return settings.model_copy(update={"installation": installation}) if installation else settings


def signed_by(request: Request, installation: str | None) -> Request:
    """The request, of the installation whose secret signed it.

    Raises:
        NotOurs: it names another installation.
    """
    if installation is None:
        return request
    if request.installation not in (None, installation):
        raise NotOurs(
            "The call is signed with the secret of the installation %(own)s but names %(named)s:"
            " correct the installation, or give it its own secret.",
            own=installation,
            named=request.installation,
        )
    return request.model_copy(update={"installation": installation})


def with_id(request: Request, request_id: str | None) -> Request:
    """The request with its signed id.

    Raises:
        Invalid: its body has another id.
    """
    if request_id is None:
        return request
    if request.request_id not in (None, request_id):
        raise Invalid("request_id: is not the id that the request was signed with.")
    return request.model_copy(update={"request_id": request_id})


def require(request: Request, needs: Iterable[str]) -> None:
    """Refuse a request that lacks one of the keys.

    Raises:
        Invalid: names the first one that is missing.
    """
    for need in needs:
        path = request.purchase.terms.name_key if need == NAME else need
        value: Any = request
        for key in path.split("."):
            value = getattr(value, key)
            if value is None or value == {}:
                raise Invalid("%(key)s is missing.", key=path)


def require_customer_id(request: Request) -> None:
    """Refuse a request without a customer where the service's id is a name.

    Raises:
        Invalid: it names none, or wrongly.
    """
    if request.identity is None or request.service is None:
        return
    require(request, ("service.customer_id",))
    if not CUSTOMER.fullmatch(request.purchase.customer_id or ""):
        raise Invalid(
            'service.customer_id: with "identity": "name" it is 1 to 64 letters, digits, dots,'
            " hyphens and underscores."
        )


def require_own_customer(request: Request, runtime: Runtime) -> None:
    """Refuse another customer's request before it replaces an unfinished operation.

    Raises:
        NotOurs: the service is another customer's.
    """
    from puq_zimbra import products

    products.find(runtime.zimbra(request), request)
