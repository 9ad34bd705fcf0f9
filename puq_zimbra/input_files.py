"""The files that commands read: JSON values and CSV tables, read whole or refused.

Source: RFC 8259 (names within an object should be unique); RFC 4180 and `csv` (tables); Microsoft
Excel and LibreOffice Calc (``sep=``, "Unicode Text", empty columns) for how they are saved.
"""

from __future__ import annotations

import codecs
import itertools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from puq_zimbra.errors import Invalid

#: bytes: some hundred thousand lines
_LARGEST_FILE = 64 * 2**20
#: the line that tells a spreadsheet the separator
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\s]|\t)"?(?:\r\n|\r|\n)', re.IGNORECASE)


def parse_json(text: bytes) -> Any:
    """The JSON value that some bytes hold.

    Raises:
        ValueError: they hold none, or a key stands twice in an object.
    """
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice, and only one of its values would count")
    return found


@dataclass(frozen=True)
class InputFile:
    """A file, or standard input."""

    #: its name in messages
    name: str
    content: bytes


def read(path: str) -> InputFile:
    """Read a file; ``-`` is standard input.

    Raises:
        Invalid: it cannot be read, or is too large.
    """
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            content = sys.stdin.buffer.read(_LARGEST_FILE + 1) if sys.stdin else b""
        else:
            with Path(path).open("rb") as opened:
                content = opened.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise Invalid(
            "%(file)s cannot be read: %(reason)s.", file=name, reason=error.strerror
        ) from error
    if len(content) > _LARGEST_FILE:
        raise Invalid("%(file)s is larger than %(most)s MB.", file=name, most=64)
    return InputFile(name, content)


def json_of(file: InputFile) -> Any:
    """The JSON value in a file.

    Raises:
        Invalid: it holds none, or a key stands twice in an object.
    """
    try:
        return parse_json(file.content.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise Invalid(
            "%(file)s is not whole JSON in which no key stands twice.", file=file.name
        ) from error


def table(
    file: InputFile, required: Sequence[str], optional: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV table under its header, each with its line number and values stripped.

    The separator is the one that the first line names (``sep=;``), else that of the header: a
    comma, a semicolon or a TAB. A value of a column that the table does not have is "". Columns
    without a name, which spreadsheets write for cells that were once edited, must be blank.

    Raises:
        Invalid: names the line or the column.
    """
    text = text_of(file)
    if text and not text.endswith(("\n", "\r")):
        raise Invalid(
            "The last line of %(file)s has no line end: the file may be cut. Complete it, or end"
            " the line.",
            file=file.name,
        )
    rows = lines(file.name, text)
    first = next(rows, None)
    if first is None:
        raise Invalid("%(file)s is empty.", file=file.name)
    header = _header(file.name, first[1], required, optional)
    blank = dict.fromkeys(optional, "")
    return [(line, blank | _row(file.name, line, header, row)) for line, row in rows]


def lines(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table that are not blank, its header the first, each with its number.

    The separator is the one that the first line names (``sep=;``), else that of the header.

    Raises:
        Invalid: the quotes of a line are not closed.
    """
    named = _SEPARATOR_LINE.match(text)
    text = text[named.end() :] if named else text
    separator = named[1] if named else _separator(text)
    return _rows(file, text, separator, skipped=1 if named else 0)


def _rows(file: str, text: str, separator: str, *, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with its line number; ``skipped`` lines come before.

    Raises:
        Invalid: a row's quotes are not closed.
    """
    import csv
    import io

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for values in reader:
            row = [value.strip() for value in values]
            if any(row):
                yield reader.line_num + skipped, row
    except csv.Error as error:
        raise _wrong_line(file, reader.line_num + skipped) from error


def text_of(file: InputFile, code_page: str = "") -> str:
    """The text of a table: UTF-8, or UTF-16 with its byte order mark.

    ``code_page`` is what a file is in that is neither: it does not say it itself.

    Raises:
        Invalid: it is in a code page that nobody named.
    """
    utf_16 = file.content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = _decoded(file.content, "utf-16" if utf_16 else "utf-8-sig", code_page)
    except UnicodeDecodeError as error:
        raise _not_utf_8(file.name) from error
    if "\0" in _first_line(text):  # UTF-16 without its byte order mark
        raise _not_utf_8(file.name)
    return text


def _decoded(content: bytes, encoding: str, code_page: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        if not code_page or encoding == "utf-16":
            raise
        return content.decode(code_page)


def _not_utf_8(file: str) -> Invalid:
    return Invalid(
        "%(file)s is not in UTF-8: save it as “CSV UTF-8” in the spreadsheet, or convert it, for"
        " example with iconv -f WINDOWS-1250 -t UTF-8.",
        file=file,
    )


def _first_line(text: str) -> str:
    return next(iter(text.lstrip("\r\n").splitlines()), "")


def _separator(text: str) -> str:
    """The candidate that occurs most often in the header."""
    return max(",;\t", key=_first_line(text).count)


def _row(file: str, line: int, header: list[str], values: list[str]) -> dict[str, str]:
    """The values by their columns' names.

    Raises:
        Invalid: there are fewer than names, or one stands where there is no name.
    """
    if len(values) < max(number for number, name in enumerate(header, 1) if name):
        raise _wrong_line(file, line)
    found: dict[str, str] = {}
    for name, value in itertools.zip_longest(header, values, fillvalue=""):
        if name:
            found[name] = value
        elif value:
            raise Invalid(
                "Line %(line)s of %(file)s has a value in a column without a name: name the"
                " column, or take the value out.",
                line=line,
                file=file,
            )
    return found


def _header(
    file: str, names: list[str], required: Sequence[str], optional: Sequence[str]
) -> list[str]:
    known = [*required, *optional]
    names = [name.lower() for name in names]
    for name in filter(None, names):
        if name not in known or names.count(name) > 1:
            raise Invalid(
                "The header of %(file)s has the column %(name)s, which is not known or stands"
                " twice; known are %(known)s.",
                file=file,
                name=name,
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
