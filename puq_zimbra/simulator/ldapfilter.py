"""LDAP search filters: the grammar of RFC 4515 over the attributes held here.

Matching has three values, as in a directory: an attribute that does not exist, or a comparison its
syntax does not know, is neither true nor false, so its negation finds nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from puq_zimbra.simulator.faults import Fault

Attributes = Mapping[str, list[str]]
Known = Callable[[str], str | None]
_ATTRIBUTE = re.compile(r"[A-Za-z0-9][A-Za-z0-9;.-]*")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{2})")
_TIMESTAMP = re.compile(r"\d{14}(\.\d+)?Z")


@dataclass(frozen=True)
class Node:
    """One term or connection of terms."""

    kind: str
    name: str = ""
    value: str = ""
    pattern: re.Pattern[str] | None = None
    parts: tuple[Node, ...] = ()

    def matches(self, attributes: Attributes, known: Known | None = None) -> bool:
        """Say whether the filter is true of an entry."""
        return self.test({name.lower(): v for name, v in attributes.items()}, known) is True

    def test(self, held: Attributes, known: Known | None) -> bool | None:
        """Evaluate over lower-cased names: true, false or undefined."""
        if self.kind == "&":
            return _all([part.test(held, known) for part in self.parts])
        if self.kind == "|":
            return _any([part.test(held, known) for part in self.parts])
        if self.kind == "!":
            result = self.parts[0].test(held, known)
            return None if result is None else not result
        type_ = known(self.name) if known else "string"
        if type_ is None:
            return None
        values = held.get(self.name.lower(), [])
        return self._compare(values, type_)

    def _compare(self, values: list[str], type_: str) -> bool | None:
        if self.kind == "present":
            return bool(values)
        if self.kind == "substring":
            if type_ in ("integer", "long", "port", "boolean", "gentime"):
                return None
            return any(self.pattern is not None and self.pattern.fullmatch(v) for v in values)
        if self.kind in (">=", "<="):
            if not _TIMESTAMP.fullmatch(self.value):
                return None
            wanted = _moment(self.value)
            found = [_moment(v) for v in values if _TIMESTAMP.fullmatch(v)]
            return any(v >= wanted if self.kind == ">=" else v <= wanted for v in found)
        if type_ == "boolean":
            return self.value in values if self.value in ("TRUE", "FALSE") else None
        if self.kind == "~=":
            return any(_sound(value) == _sound(self.value) for value in values)
        wanted_text = _folded(self.value)
        return any(_folded(value) == wanted_text for value in values)


def _all(results: list[bool | None]) -> bool | None:
    if False in results:
        return False
    return None if None in results else True


def _any(results: list[bool | None]) -> bool | None:
    if True in results:
        return True
    return None if None in results else False


def _folded(value: str) -> str:
    return " ".join(value.lower().split())


#: Letters that sound alike (Soundex).
_SOUNDS = {c: d for d, cs in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r")) for c in cs}


def _sound(text: str) -> str:
    """How a word sounds: its first letter and the following consonants, repeats dropped."""
    word = text.lower()
    codes = [_SOUNDS.get(c) for c in word if c not in "hw"]
    kept = [c for before, c in zip([None, *codes], codes, strict=False) if c not in (None, before)]
    first = kept[1:] if codes and codes[0] is not None else kept
    return word[:1] + "".join(map(str, first[:3]))


def _moment(value: str) -> str:
    whole, _, fraction = value[:-1].partition(".")
    return whole + fraction.ljust(6, "0")


def parse(text: str) -> Node:
    """Read a filter; INVALID_SEARCH_FILTER when it is none.

    A lone term needs no parentheses, and several in a row must all hold: Zimbra sets the text into
    an ``(&…)`` of its own.
    """
    reader = _Reader(text if text.startswith("(") else f"({text})")
    nodes = [reader.filter()]
    while reader.rest:
        nodes.append(reader.filter())
    return nodes[0] if len(nodes) == 1 else Node("&", parts=tuple(nodes))


def refused(text: str) -> Fault:
    """The directory's refusal of a filter."""
    return Fault("ldap.INVALID_SEARCH_FILTER", f"invalid search filter: {text}")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def _take(self, expected: str) -> None:
        if not self.rest.startswith(expected):
            raise refused(self.text)
        self.at += len(expected)

    def filter(self) -> Node:
        self._take("(")
        kind = self.rest[:1]
        if kind in ("&", "|"):
            self.at += 1
            parts: list[Node] = []
            while self.rest.startswith("("):
                parts.append(self.filter())
            node = Node(kind, parts=tuple(parts))
        elif kind == "!":
            self.at += 1
            node = Node("!", parts=(self.filter(),))
        else:
            node = self._term()
        self._take(")")
        return node

    def _term(self) -> Node:
        end = self.rest.find(")")
        source = self.rest if end < 0 else self.rest[:end]
        self.at += len(source)
        match = re.match(r"([^=<>~:]*)(=|>=|<=|~=|:[^=]*:=)", source)
        if match is None or "(" in source or not _ATTRIBUTE.fullmatch(match[1]):
            raise refused(self.text)
        name, operator, value = match[1], match[2], source[match.end() :]
        if operator in (">=", "<=", "~="):
            return Node(operator, name, self._plain(value))
        if operator == "=" and value == "*":
            return Node("present", name)
        if operator == "=" and "*" in value:
            return Node("substring", name, pattern=self._pattern(value))
        return Node("=", name, self._plain(value))

    def _plain(self, value: str) -> str:
        if "*" in value:
            raise refused(self.text)
        return self._unescaped(value)

    def _pattern(self, value: str) -> re.Pattern[str]:
        if "**" in value:
            raise refused(self.text)
        pieces = [re.escape(self._unescaped(piece)) for piece in value.split("*")]
        return re.compile(".*".join(pieces), re.IGNORECASE | re.DOTALL)

    def _unescaped(self, value: str) -> str:
        if value.count("\\") != len(_ESCAPE.findall(value)):
            raise refused(self.text)
        raw = _ESCAPE.sub(lambda m: f"\\{m[1]}", value)
        data = re.sub(rb"\\([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), raw.encode("utf-8"))
        return data.decode("utf-8", "replace")
