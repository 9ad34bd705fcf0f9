"""Kinds of server settings that are words: switches, texts, lists of words, time zones, classes.

Source: recorded changes of a genuine server, which keeps almost any text; zimbra-attrs.xml (most
characters).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from puq_zimbra import units
from puq_zimbra.errors import N_
from puq_zimbra.settings.kinds import Control, NotTaken, Values


@dataclass(frozen=True)
class Switch:
    """TRUE or FALSE."""

    yes: str = N_("yes")
    no: str = N_("no")
    unit: str = ""
    control: Control = "select"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    @property
    def choices(self) -> Mapping[str, str]:
        """Value -> label."""
        return {"TRUE": self.yes, "FALSE": self.no}

    def read(self, text: str) -> Values:
        """One of the two."""
        if text not in self.choices:
            raise NotTaken(N_("Choose one of the values offered."))
        return (text,)

    def write(self, values: Values) -> str:
        """As Zimbra holds it; nothing held is no."""
        return values[0] if values else "FALSE"

    def same(self, one: Values, other: Values) -> bool:
        """By value."""
        return self.write(one) == self.write(other)


@dataclass(frozen=True)
class Text:
    """A text that fits a pattern; nothing typed is nothing held."""

    pattern: str
    most: int
    #: why it does not fit
    wrong: str
    lines: bool = False
    unit: str = ""
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    @property
    def control(self) -> Control:
        """One line or several."""
        return "textarea" if self.lines else "text"

    def read(self, text: str) -> Values:
        """The text without outer blanks."""
        text = text.replace("\r\n", "\n").strip()
        if not text:
            return ()
        if len(text) > self.most:
            message = N_("This is too long: at most %(most)s characters.")
            raise NotTaken(message, most=self.most)
        if not re.fullmatch(self.pattern, text, re.DOTALL):
            raise NotTaken(self.wrong)
        return (text,)

    def write(self, values: Values) -> str:
        """As it is held."""
        return values[0] if values else ""

    def same(self, one: Values, other: Values) -> bool:
        """To the letter; Zimbra may keep another end of line."""
        return [text.replace("\r\n", "\n").strip() for text in one] == [
            text.replace("\r\n", "\n").strip() for text in other
        ]


@dataclass(frozen=True)
class Words:
    """Several words, typed with blanks between."""

    pattern: str
    most: int
    wrong: str
    unit: str = ""
    control: Control = "textarea"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """Each word once, in small letters, without the dot in front."""
        found: dict[str, None] = {}
        for one in re.split(r"[\s,;]+", text.strip().lower()):
            word = one.removeprefix(".")
            if not one:
                continue
            if not re.fullmatch(self.pattern, word, re.ASCII):
                raise NotTaken(self.wrong, word=one[:40])
            found[word] = None
        if len(found) > self.most:
            raise NotTaken(N_("These are too many: at most %(most)s."), most=self.most)
        return tuple(sorted(found))

    def write(self, values: Values) -> str:
        """With blanks between."""
        return " ".join(sorted(values))

    def same(self, one: Values, other: Values) -> bool:
        """In any order and case."""
        return {word.lower() for word in one} == {word.lower() for word in other}


@dataclass(frozen=True)
class TimeZone:
    """A name of the time zone database."""

    unit: str = ""
    control: Control = "text"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """A name that exists; Zimbra itself keeps any text."""
        text = text.strip()
        if text and ("/" not in text or text not in available_timezones()):
            raise NotTaken(N_("There is no such time zone. Type one such as Europe/Warsaw."))
        return (text,) if text else ()

    def write(self, values: Values) -> str:
        """As it is held."""
        return values[0] if values else ""

    def same(self, one: Values, other: Values) -> bool:
        """To the letter."""
        return one == other


@dataclass(frozen=True)
class Class:
    """A class of service, by Zimbra's id; the page offers their names."""

    unit: str = ""
    control: Control = "select"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """An id; whether it is a class is checked against those that Zimbra has."""
        if text and not re.fullmatch(r"[0-9a-f-]{36}", text, re.ASCII):
            raise NotTaken(N_("Choose one of the values offered."))
        return (text,) if text else ()

    def write(self, values: Values) -> str:
        """The id."""
        return values[0] if values else ""

    def same(self, one: Values, other: Values) -> bool:
        """By id."""
        return one == other


@dataclass(frozen=True)
class Mailbox:
    """The address of a mailbox; whether it is one of the service's is known later."""

    unit: str = ""
    control: Control = "text"
    allowed: tuple[str, Mapping[str, object]] = ("", {})

    def read(self, text: str) -> Values:
        """A whole address, its domain as an A-label."""
        text = text.strip()
        if not text:
            return ()
        try:
            return (units.address(text),)
        except ValueError as error:
            raise NotTaken(N_("Type a whole address, such as anna@firma.example.")) from error

    def write(self, values: Values) -> str:
        """As people read it; several where Zimbra has several."""
        return ", ".join(units.shown_address(one) for one in values)

    def same(self, one: Values, other: Values) -> bool:
        """In any order and case."""
        return {text.lower() for text in one} == {text.lower() for text in other}
