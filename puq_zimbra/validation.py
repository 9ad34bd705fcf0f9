"""Say in a sentence what is wrong with a value from outside, and never repeat the value.

Source: pydantic's error types.
"""

from __future__ import annotations

import difflib
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

_KINDS = {
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "float_type": "is not a number",
    "string_type": "is not a text",
    "string_unicode": "is not a text",
    "bool_type": "is not true or false",
    "missing": "is missing",
    "model_type": "is not an object",
    "model_attributes_type": "is not an object",
    "dict_type": "is not an object",
    "mapping_type": "is not an object",
    "greater_than_equal": "is below the least, {ge}",
    "greater_than": "is not above {gt}",
    "less_than_equal": "is above the most, {le}",
    "string_too_long": "has more than {max_length} characters",
    "too_long": "has more than {max_length} characters",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_pattern_mismatch": "has characters or a length that are not allowed here",
    "literal_error": "is not one of {expected}",
}


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """One line for the first problem: the key, and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = [str(part) for part in first["loc"] if not str(part).startswith(("function-", "lax"))]
    key = ".".join(path) or "the input"
    if first["type"] == "extra_forbidden":
        return f"{key} is not a known key{_nearest(path, model)}."
    if first["type"] == "value_error":
        return f"{key} {first['ctx']['error']}."
    words = _KINDS.get(first["type"], "cannot be used")
    return f"{key} {words.format(**first.get('ctx', {}))}.".replace("'", "")


def _nearest(path: list[str], model: type[BaseModel]) -> str:
    for part in path[:-1]:
        if part not in model.model_fields:
            continue  # the name of an entry, such as NAME in servers.NAME
        inner = _models(model.model_fields[part].annotation)
        if not inner:
            return ""
        model = inner[0]
    close = difflib.get_close_matches(path[-1], model.model_fields, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}" if close else f"; known are {', '.join(model.model_fields)}"


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and typing.get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [m for one in typing.get_args(annotation) for m in _models(one)]
