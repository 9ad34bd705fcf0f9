"""Values of WHMCS's ``$params``: texts and maps, in any form that PHP and JSON give them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from puq_zimbra.errors import Invalid


def text_of(params: Mapping[str, Any], key: str) -> str:
    """A scalar as text; PHP and JSON turn numbers into strings and back.

    Raises:
        Invalid: it is none.
    """
    value = params.get(key)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid("The parameter %(name)s is not a text.", name=key)
    return str(value)


def map_of(params: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A map; PHP writes an empty one as a list.

    Raises:
        Invalid: it is none.
    """
    value = params.get(key)
    if value is None or value == []:
        return {}
    if not isinstance(value, Mapping):
        raise Invalid("The parameter %(name)s is not a map.", name=key)
    return value


def one_line(value: Any) -> Any:
    """Free text that people type, without line ends and other control characters."""
    if not isinstance(value, str):
        return value
    return "".join(" " if unicodedata.category(one) == "Cc" else one for one in value)
