"""In which line of a TOML file a key stands: its reader does not say.

Source: TOML 1.0 ("Table", "Keys").
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def line_of(text: str, *keys: object) -> int:
    """The line of a key, or of the nearest table above it; 1 if there is none."""
    wanted = [str(key) for key in keys]
    table: list[str] = []
    best, depth = 1, 0
    for number, line in enumerate(text.splitlines(), 1):
        if found := _TABLE.match(line):
            table = path = _parts(found[1])
        elif found := _KEY.match(line):
            path = [*table, *_parts(found[1])]
        else:
            continue
        if len(path) > depth and path == wanted[: len(path)]:
            best, depth = number, len(path)
    return best


def _parts(dotted: str) -> list[str]:
    """The names of a dotted key; none of one that cannot be read."""
    try:
        inner: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return []
    parts = []
    while isinstance(inner, dict):
        ((name, inner),) = inner.items()
        parts.append(name)
    return parts
