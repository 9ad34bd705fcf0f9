"""The languages there are: one folder each in `puq_zimbra/locale`.

`locale/TAG/language.toml` says what neither the catalogue beside it nor CLDR can: what hosts call
the language, how people write in tables, and how its lines are set. English, which the messages
are in, is a folder without a catalogue.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

#: the language of the messages, and of readers whose own there is not
SOURCE = "en"
_FILE = "language.toml"


@dataclass(frozen=True)
class Table:
    """A table of mailboxes: what an export writes and what an import understands."""

    #: of the export's eight columns
    heads: Sequence[str]
    #: of a list of passwords: address, password
    passwords: Sequence[str]
    #: the state of a deleted mailbox
    in_the_bin: str
    #: what spreadsheets expect between two cells
    separator: str = ","
    #: the sign before decimals
    decimal: str = "."
    #: column -> further names of it in an import
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    yes: Sequence[str] = ()
    no: Sequence[str] = ()


@dataclass(frozen=True)
class Language:
    """What a folder says of its language."""

    tag: str
    #: what hosts call it, beside the tag: the English name first, small letters
    names: Sequence[str]
    table: Table
    #: CLDR's name of the rules for numbers and dates; "" = the tag
    cldr: str = ""
    #: whether a blank stands between a number and its %
    percent_apart: bool = False
    #: words of one letter that do not end a line
    keep_with_next: str = ""
    #: words that stay on the line of the number before them
    units: Sequence[str] = ()
    #: what people call "no limit" in a product's settings
    unlimited: Sequence[str] = ()
    #: key of a product setting -> further names of a configurable option for it
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)


def folder() -> Traversable:
    """Where the folders of the languages are."""
    return resources.files("puq_zimbra").joinpath("locale")


@cache
def found() -> Mapping[str, Language]:
    """The languages by tag, English first."""
    tags = {one.name for one in folder().iterdir() if one.joinpath(_FILE).is_file()}
    return {tag: _read(tag) for tag in (SOURCE, *sorted(tags - {SOURCE}))}


def translated() -> list[str]:
    """Tags of the languages that have a catalogue: all but English."""
    return [tag for tag in found() if tag != SOURCE]


def _read(tag: str) -> Language:
    text = folder().joinpath(tag, _FILE).read_text("utf-8")
    said: dict[str, Any] = tomllib.loads(text)
    return Language(tag=tag, **{**said, "table": Table(**said["table"])})
