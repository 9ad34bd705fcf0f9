"""What the columns of a table mean, in every language, and how a cell is read.

Source: the tables of `puq_zimbra.selfservice.bulk.export`; the report of Zimbra's own migration
wizard, which has an address, a display name and a password in each line and no header.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from puq_zimbra import languages, units
from puq_zimbra.errors import N_, Invalid
from puq_zimbra.selfservice.bulk.rows import Row, Said

#: the columns of an export; "" = it says how a mailbox is, and asks for nothing
_EXPORTED = ("address", "display_name", "limit", "tier", "aliases", "", "", "")
#: what stands in a line of Zimbra's own report
_OF_ZIMBRA = ("address", "display_name", "password")
#: yes and no in every language; each has words of its own
_SIGNS = {"1": True, "x": True, "0": False}
_SEPARATORS = re.compile(r"[\s,;|]+")
#: what a spreadsheet would run as a formula, behind the apostrophe that makes it a text
_MADE_TEXT = re.compile(r"'(?=[=+\-@\t\r])")
#: characters
_LONGEST_CELL = 2000
_NO_LETTERS = re.compile(r"[\W_]+")


class _Wrong(ValueError):
    """A cell that cannot be read."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.said = Said(message, values)


def plain(name: str) -> str:
    """A column's name without case, accents and punctuation.

    >>> plain("Hasło "), plain("E-mail"), plain("Limit (GB)")
    ('haslo', 'e mail', 'limit gb')
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    letters = "".join(one for one in letters if not unicodedata.combining(one))
    return _NO_LETTERS.sub(" ", letters).strip()


@cache
def _meant() -> Mapping[str, str]:
    """Name in a header -> column, in every language; "" = the column is left out."""
    found = {"": ""}
    for one in languages.found().values():
        named = [*zip(one.table.heads, _EXPORTED, strict=True)]
        named += zip(one.table.passwords, ("address", "password"), strict=True)
        named += [(name, column) for column, names in one.table.names.items() for name in names]
        found |= {plain(name): column for name, column in named}
    return found


@cache
def secrets() -> frozenset[str]:
    """How the names of a column of passwords begin."""
    return frozenset(name[:3] for name, column in _meant().items() if column == "password")


def columns_of(first: Sequence[str]) -> tuple[list[str], bool]:
    """The columns of a table by its first line, and whether that is a header.

    Raises:
        Invalid: names the column.
    """
    if any("@" in one for one in first):
        if len([one for one in first if one]) > len(_OF_ZIMBRA):
            raise Invalid(
                N_("The first row must name the columns, such as address; name; limit; password.")
            )
        return list(_OF_ZIMBRA), False
    found: list[str] = []
    for given in first:
        name = plain(given)
        column = _meant().get(name, "?") if name else ""
        if column == "?":
            raise Invalid(
                N_("The column %(column)s is not known: rename it, or take it out."),
                column=given[:60],
            )
        if column and column in found:
            raise Invalid(N_("The column %(column)s stands there twice."), column=given[:60])
        found.append(column)
    if "address" not in found and "display_name" in found:
        found[found.index("display_name")] = "address"
    if "address" not in found:
        raise Invalid(N_("There is no column with the addresses: name it address."))
    return found, True


def row_of(line: int, cells: Mapping[str, str], domains: Collection[str]) -> Row:
    """A row of the table; the first of ``domains`` completes a name without one."""
    typed = _MADE_TEXT.sub("", cells.get("address", "")).strip()
    try:
        address = address_of(typed, domains)
        limit, must = cells.get("limit", ""), cells.get("must_change", "")
        aliases = filter(None, _SEPARATORS.split(_text(cells.get("aliases", ""))))
        return Row(
            line,
            address,
            display_name=_text(cells.get("display_name", "")) or None,
            limit=_limit(limit) if limit.strip() else None,
            tier=_text(cells.get("tier", "")) or None,
            aliases=tuple(dict.fromkeys(alias_of(one, address) for one in aliases)),
            must_change=_is_on(must) if must.strip() else None,
            password=password_of(cells.get("password", "")),
        )
    except _Wrong as error:
        return Row(line, typed[:320], wrong=error.said)


def address_of(typed: str, domains: Collection[str]) -> str:
    """The address of a new or old mailbox, its domain as an A-label."""
    if not typed:
        raise _Wrong(N_("There is no address."))
    if any(one.isspace() for one in typed):
        raise _Wrong(N_("The address has a blank in it."))
    whole = typed if "@" in typed else f"{typed}@{next(iter(domains), '')}"
    try:
        found = units.address(whole)
    except ValueError:
        raise _Wrong(N_("This is not an address that a mailbox can have.")) from None
    local, _, domain = found.rpartition("@")
    if domain not in domains:
        raise _Wrong(
            N_("The domain %(domain)s is not part of this service."),
            domain=units.shown_domain(domain),
        )
    if not units.may_be_made(local):
        raise _Wrong(N_("This is not an address that a mailbox can have."))
    return found


def alias_of(typed: str, address: str) -> str:
    """A further address of a mailbox, in the same domain."""
    domain = address.rpartition("@")[2]
    try:
        found = units.address(typed if "@" in typed else f"{typed}@{domain}")
    except ValueError:
        found = ""
    local, _, of = found.rpartition("@")
    if not found or of != domain or not units.may_be_made(local) or found == address:
        raise _Wrong(
            N_("%(alias)s cannot be an alias: it needs to be another address of the same domain."),
            alias=typed[:100],
        )
    return found


def password_of(typed: str) -> str | None:
    """A password as it was typed; None = it is to be generated."""
    try:
        return units.plain_text(_MADE_TEXT.sub("", typed)) or None
    except ValueError:
        raise _Wrong(N_("The password holds a character that cannot be kept.")) from None


def _text(typed: str) -> str:
    text = " ".join(_MADE_TEXT.sub("", typed.strip()).split())
    try:
        units.plain_text(text)
    except ValueError:
        raise _Wrong(N_("This row holds a character that mail cannot keep.")) from None
    if len(text) > _LONGEST_CELL:
        raise _Wrong(N_("A cell of this row is too long."))
    return text


def _limit(typed: str) -> int:
    digits = re.sub(r"\s|\u00a0|GB$", "", typed.strip()).replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", digits, re.ASCII):
        raise _Wrong(N_("The limit %(text)s is no number of gigabytes."), text=typed[:40])
    return round(float(digits) * 1024) * 2**20


def _is_on(typed: str) -> bool:
    word = plain(typed)
    for one in languages.found().values():
        if word in map(plain, one.table.yes):
            return True
        if word in map(plain, one.table.no):
            return False
    if word in _SIGNS:
        return _SIGNS[word]
    raise _Wrong(N_("%(text)s is neither yes nor no."), text=typed[:40])


def wrong_row(line: int, address: str, message: str, **values: object) -> Row:
    """A row that cannot be carried out."""
    return Row(line, address[:320], wrong=Said(message, values))


Wrong = _Wrong
