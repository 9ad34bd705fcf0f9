"""What people give to commands: JSON values and CSV tables, read whole or refused.

Source: RFC 8259 (names within an object should be unique); RFC 4180 and `csv` (tables).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from puq_zimbra.errors import Invalid

#: bytes: some hundred thousand lines
_LARGEST_FILE = 64 * 2**20


def parse_json(given: bytes) -> Any:
    """The JSON value in some bytes.

    Raises:
        ValueError: they are none, or a key stands twice in an object.
    """
    try:
        return json.loads(given, object_pairs_hook=_no_key_twice)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice, and only one of its values would count")
    return found


@dataclass(frozen=True)
class Given:
    """A file, or standard input."""

    #: what messages call it
    name: str
    content: bytes


def read(path: str) -> Given:
    """A file; ``-`` is standard input.

    Raises:
        Invalid: it cannot be read, or is too large.
    """
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST_FILE + 1) if sys.stdin else b""
        else:
            with Path(path).open("rb") as file:
                content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise Invalid(
            "%(file)s cannot be read: %(reason)s.", file=name, reason=error.strerror
        ) from error
    if len(content) > _LARGEST_FILE:
        raise Invalid("%(file)s is larger than %(most)s MB.", file=name, most=64)
    return Given(name, content)


def json_of(given: Given) -> Any:
    """The JSON value in a file.

    Raises:
        Invalid: it holds none, or a key stands twice in an object.
    """
    try:
        return parse_json(given.content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise Invalid(
            "%(file)s is not whole JSON in which no key stands twice.", file=given.name
        ) from error


def table(
    given: Given, required: Sequence[str], optional: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV table under its header, each with its line, blanks around values removed.

    The separator is a comma, or a semicolon where the header holds no comma, as spreadsheets write
    it in many countries. A value of a column that the table does not have is "".

    Raises:
        Invalid: names the line or the column.
    """
    import csv
    import io

    try:
        text = given.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("%(file)s is not in UTF-8.", file=given.name) from error
    if text and not text.endswith(("\n", "\r")):
        raise Invalid(
            "The last line of %(file)s has no line end: the file may be cut. Complete it, or end"
            " the line.",
            file=given.name,
        )
    separator = "," if "," in text.lstrip().partition("\n")[0] else ";"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    header: list[str] | None = None
    try:
        for values in reader:
            row = [value.strip() for value in values]
            if not any(row):
                continue
            if header is None:
                header = _header(given.name, row, required, optional)
            elif len(row) != len(header):
                raise _wrong_line(given.name, reader.line_num)
            else:
                blank = dict.fromkeys(optional, "")
                rows.append((reader.line_num, {**blank, **dict(zip(header, row, strict=True))}))
    except csv.Error as error:
        raise _wrong_line(given.name, reader.line_num) from error
    if header is None:
        raise Invalid("%(file)s is empty.", file=given.name)
    return rows


def _header(
    file: str, names: list[str], required: Sequence[str], optional: Sequence[str]
) -> list[str]:
    known = [*required, *optional]
    for name in names:
        if name not in known or names.count(name) > 1:
            raise Invalid(
                "The header of %(file)s has the column %(name)s, which is not known or stands"
                " twice; known are %(known)s.",
                file=file,
                name=name or "without a name",
                known=", ".join(known),
            )
    for name in required:
        if name not in names:
            raise Invalid("The header of %(file)s has no column %(name)s.", file=file, name=name)
    return names


def _wrong_line(file: str, line: int) -> Invalid:
    return Invalid(
        "Line %(line)s of %(file)s has not as many values as the header, or its quotes are not"
        " closed.",
        file=file,
        line=line,
    )
