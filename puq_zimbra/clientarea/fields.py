"""Fields of the customer's forms: what each takes, and what is wrong with what was typed.

A field reads the text that a browser sent. Its errors are English sentences of the catalogue; they
stand in the summary on top of the form and beside the field, in the same words.

Source: HTML "form submission" (a checkbox that is off is not sent); GOV.UK design system, "Error
summary".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from puq_zimbra import units
from puq_zimbra.errors import N_, Invalid

Kind = Literal[
    "text", "password", "size", "checkbox", "choice", "textarea", "day", "hidden", "file"
]

#: characters of the longest text that is read
_LONGEST = 10_000


class FieldErrors(Invalid):
    """What is wrong with a form, by field; the name "" is the form as a whole."""

    def __init__(self, errors: Mapping[str, Wrong]) -> None:
        super().__init__("Some fields need another look.")
        self.errors = dict(errors)


@dataclass(frozen=True)
class Wrong:
    """One error: a sentence with %(name)s values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)


def wrong(name: str, message: str, /, **values: object) -> FieldErrors:
    """The error of one field, to be raised by an action."""
    return FieldErrors({name: Wrong(message, values)})


class Together:
    """Collects the errors of several checks, so that all are told at once."""

    def __init__(self) -> None:
        self.errors: dict[str, Wrong] = {}

    def __enter__(self) -> None:
        """Begin a check."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Keep what is wrong; any other error goes on."""
        if not isinstance(error, FieldErrors):
            return False
        self.errors.update(error.errors)
        return True


@contextmanager
def together() -> Iterator[Together]:
    """Raise the errors of all checks inside at once.

    Raises:
        FieldErrors: names each field that is wrong.
    """
    found = Together()
    yield found
    if found.errors:
        raise FieldErrors(found.errors)


class _NotRead(ValueError):
    """A text that a field does not take."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.wrong = Wrong(message, values)


@dataclass(frozen=True)
class Field:
    """One declared field."""

    name: str
    #: a sentence or word of the catalogue
    label: str
    kind: Kind = "text"
    #: text -> value; raises `_NotRead`
    read: Callable[[str], Any] = str
    #: value -> text, for what the form shows at first
    write: Callable[[Any], str] = str
    required: bool = True
    hint: str = ""
    #: value -> label; empty where the page offers them
    choices: Mapping[str, str] = field(default_factory=dict)
    autocomplete: str = "off"
    #: of a text; 0 = as the browser does it
    most: int = 0
    #: typed -> what the form shows of it after it was refused
    again: Callable[[str], str] = str


def values_of(fields: Sequence[Field], form: Mapping[str, str]) -> dict[str, Any]:
    """The typed values of a form; None for a field that is empty and need not be filled in.

    Raises:
        FieldErrors: names each field that cannot be read.
    """
    found: dict[str, Any] = {}
    errors: dict[str, Wrong] = {}
    for one in fields:
        try:
            found[one.name] = _value(one, form.get(one.name, ""))
        except _NotRead as error:
            errors[one.name] = error.wrong
    if errors:
        raise FieldErrors(errors)
    return found


def _value(one: Field, text: str) -> Any:
    if one.kind == "checkbox":
        return bool(text)
    if one.kind == "file":
        return text
    if one.kind != "password":
        text = text.strip()
    if not text:
        if one.required:
            raise _NotRead(_EMPTY.get(one.kind, N_("Fill in this field.")))
        return None
    if len(text) > (one.most or _LONGEST):
        raise _NotRead(
            N_("This is too long: at most %(most)s characters."), most=one.most or _LONGEST
        )
    try:
        units.plain_text(text.replace("\r", "").replace("\n", "").replace("\t", ""))
    except ValueError:
        raise _NotRead(N_("This holds a character that mail cannot keep.")) from None
    if one.kind == "choice" and one.choices and text not in one.choices:
        raise _NotRead(N_("Choose one of the values offered."))
    return one.read(text)


_EMPTY: Mapping[str, str] = {
    "choice": N_("Choose one of the values offered."),
    "password": N_("Type a password."),
    "day": N_("Choose a day."),
}


def _local_part(text: str) -> str:
    name = text.lower().partition("@")[0]
    if not units.may_be_made(name):
        raise _NotRead(
            N_(
                "Use only the letters a to z, digits and . _ + -, at most 64 characters, with a"
                " letter or digit first."
            )
        )
    return name


def _address(text: str) -> str:
    try:
        return units.address(text)
    except ValueError:
        raise _NotRead(N_("Type a whole address, such as anna@firma.example.")) from None


def _domain(text: str) -> str:
    try:
        return units.mail_domain(text)
    except ValueError:
        raise _NotRead(N_("Type a domain, such as firma.example.")) from None


def _gigabytes(text: str) -> int | None:
    """Bytes; None = no limit, which 0 says.

    >>> _gigabytes("1,5"), _gigabytes("0")
    (1610612736, None)
    """
    digits = text.replace("\u00a0", "").replace(" ", "").removesuffix("GB").replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", digits, re.ASCII):
        raise _NotRead(N_("Type a number of gigabytes, such as 5 or 0,5."))
    size = round(float(digits) * 1024) * 2**20
    return size or None


def _shown_gigabytes(size: Any) -> str:
    if size is None:
        return "0"
    return f"{size / units.GB:.3f}".rstrip("0").rstrip(".")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _NotRead(N_("Type a day such as 2026-12-31.")) from None


def _addresses(text: str) -> tuple[str, ...]:
    """Addresses in lines, or separated by commas or semicolons, each once."""
    found: dict[str, None] = {}
    for one in re.split(r"[\s,;]+", text):
        if one:
            try:
                found[units.address(one)] = None
            except ValueError:
                raise _NotRead(N_("%(text)s is not an address."), text=one[:100]) from None
    return tuple(found)


def text(name: str, label: str, *, most: int = 200, **more: Any) -> Field:
    """A line of text."""
    return Field(name, label, "text", read=_one_line, most=most, **more)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def long_text(name: str, label: str, *, most: int = _LONGEST, **more: Any) -> Field:
    """Several lines of text."""
    return Field(name, label, "textarea", read=lambda text: text.replace("\r\n", "\n"),
                 most=most, **more)  # fmt: skip


def local_part(name: str, label: str, **more: Any) -> Field:
    """What stands before the @ of a new address."""
    return Field(name, label, "text", read=_local_part, most=254, **more)


def address(name: str, label: str, **more: Any) -> Field:
    """An address; its domain becomes an A-label."""
    return Field(name, label, "text", read=_address, write=units.shown_address, most=320, **more)


def addresses(name: str, label: str, **more: Any) -> Field:
    """Addresses, one to a line."""
    return Field(
        name, label, "textarea", read=_addresses,
        write=lambda given: "\n".join(map(units.shown_address, given)), **more,
    )  # fmt: skip


def domain(name: str, label: str, **more: Any) -> Field:
    """A domain; it becomes an A-label."""
    return Field(name, label, "text", read=_domain, write=units.shown_domain, most=253, **more)


def password(name: str, label: str, **more: Any) -> Field:
    """A password; what was typed is never shown again."""
    return Field(name, label, "password", autocomplete="new-password", most=1024, **more)


def gigabytes(name: str, label: str, **more: Any) -> Field:
    """A size in gigabytes; its value is bytes, None = no limit."""
    return Field(name, label, "size", read=_gigabytes, write=_shown_gigabytes, most=20, **more)


def checkbox(name: str, label: str, **more: Any) -> Field:
    """A box to tick; its value is a bool."""
    return Field(name, label, "checkbox", write=lambda on: "on" if on else "", required=False,
                 **more)  # fmt: skip


def choice(name: str, label: str, choices: Mapping[str, str] | None = None, **more: Any) -> Field:
    """One of several values; without ``choices`` the action checks it."""
    return Field(name, label, "choice", choices=choices or {}, **more)


def day(name: str, label: str, **more: Any) -> Field:
    """A day."""
    return Field(name, label, "day", read=_day, write=lambda one: one.isoformat(), **more)


def file(name: str, label: str, **more: Any) -> Field:
    """A file: a data URL where the host passes it on; "" or its name where it does not."""
    return Field(name, label, "file", required=False, again=lambda _: "", **more)
