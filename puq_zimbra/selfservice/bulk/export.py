"""The mailboxes of a service as a table that a spreadsheet opens and an import reads again.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, which makes it a text;
the import takes it away.

Source: OWASP "CSV Injection"; RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from puq_zimbra import languages
from puq_zimbra.languages import Table
from puq_zimbra.provisioning.entries import address_of
from puq_zimbra.readings import ServiceUsage
from puq_zimbra.request import Request
from puq_zimbra.selfservice import bin as bins
from puq_zimbra.selfservice.bulk import held, preview
from puq_zimbra.units import GB, shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """A mailbox; sizes in bytes."""

    address: str
    name: str
    #: 0 = no limit of its own
    limit: int
    tier: str
    aliases: tuple[str, ...]
    #: Zimbra's account status; "bin" = in the bin
    state: str
    #: by the last reading; None = unknown
    used: int | None
    #: a day; "" = never
    last_login: str


def rows(
    zimbra: Zimbra, request: Request, stamped: Entry, usage: ServiceUsage | None
) -> list[Line]:
    """The mailboxes of a service, by address."""
    domains = preview.domains_of(zimbra, request, stamped)
    marks = {key for one in domains.values() for key in bins.marks(one)}
    found = held.in_domains(zimbra, domains).mailboxes
    used = {one.id: one.used for one in usage.mailboxes} if usage else {}
    own = {one.one("zimbraCOSId") for one in found} - {None, ""}
    names = {one.id: one.name for one in zimbra.get_all_cos()} if own else {}
    return [
        Line(
            shown_address(address_of(one)),
            one.one("displayName") or "",
            preview.size_of(one),
            names.get(one.one("zimbraCOSId") or "", ""),
            tuple(shown_address(alias) for alias in sorted(one.all("zimbraMailAlias"))),
            "bin" if one.id in marks and bins.holds(one) else _state(one),
            used.get(one.id),
            _day(one.one("zimbraLastLogonTimestamp")),
        )
        for one in sorted(found, key=address_of)
    ]


def text(lines: Iterable[Line], language: str) -> str:
    """The table as text, in a language of the page."""
    table = _written_in(language)
    return _table(
        table.heads,
        (
            (
                one.address,
                one.name,
                _gigabytes(one.limit, table),
                one.tier,
                " ".join(one.aliases),
                table.in_the_bin if one.state == "bin" else one.state,
                "" if one.used is None else _gigabytes(one.used, table),
                one.last_login,
            )
            for one in lines
        ),
        table,
    )


def passwords(pairs: Iterable[tuple[str, str]], language: str) -> str:
    """Addresses and passwords as a table."""
    table = _written_in(language)
    lines = ((shown_address(name), word) for name, word in pairs)
    return _table(table.passwords, lines, table)


def _written_in(language: str) -> Table:
    known = languages.found()
    return known.get(language, known[languages.SOURCE]).table


def _table(head: Sequence[str], lines: Iterable[Sequence[str]], table: Table) -> str:
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=table.separator)
    writer.writerow(head)
    writer.writerows([as_text(cell) for cell in line] for line in lines)
    return made.getvalue()


def as_text(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula.

    >>> as_text("=1+1"), as_text("Anna")
    ("'=1+1", 'Anna')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _gigabytes(size: int, table: Table) -> str:
    digits = f"{size / GB:.3f}".rstrip("0").rstrip(".")
    return digits.replace(".", table.decimal)


def _state(one: Entry) -> str:
    return one.one("zimbraAccountStatus") or "active"


def _day(text: str | None) -> str:
    digits = (text or "")[:8]
    is_day = digits.isascii() and digits.isdigit() and len(digits) == len("20261231")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if is_day else ""
