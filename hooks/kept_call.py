"""A call as the store keeps it until its operation is over: without any secret.

Source: pydantic's SecretStr, which marks every secret of `puq_zimbra.call`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from puq_zimbra.call import Call
from puq_zimbra.config import Config
from puq_zimbra.errors import Waits

if TYPE_CHECKING:
    from puq_zimbra.store.kept import Kept

#: what the customer typed, and what is for his page alone
_NOT_KEPT = {"form", "billing"}


def write(call: Call) -> str:
    """The call as JSON.

    >>> json.loads(write(Call(new_password="x", locale="pl")))["locale"]
    'pl'
    """
    return json.dumps(_without_secrets(call.model_dump(exclude=_NOT_KEPT, exclude_none=True)))


def _without_secrets(given: Any) -> Any:
    # Left out, not masked: a mask would be read as a password.
    if isinstance(given, dict):
        return {
            key: _without_secrets(value)
            for key, value in given.items()
            if not isinstance(value, SecretStr)
        }
    return given


def read(kept: Kept, config: Config) -> Call:
    """The call of an operation, with the credentials of the settings.

    Raises:
        Waits: it was not kept, or the settings have no credentials for its server.
        Misconfigured: the settings cannot be used.
    """
    if kept.call is None:
        raise Waits("its call was not kept.")
    try:
        call = config.complete(Call.model_validate_json(kept.call))
    except ValidationError as error:
        raise Waits("its call was kept by another version.") from error
    if call.given_server.password is None:
        raise Waits(f"the settings have no password for {call.given_server.host}.")
    return call
