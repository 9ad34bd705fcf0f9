"""The mailboxes of a service: a page of their list, one of them, and changes to it.

Zimbra sorts as text and only by what it is asked for; used space and limits are sorted by the last
reading of the store, and the rows of that page are read live. What is nearly full or over its limit
is told by that reading alone.

Source: `service/admin/SearchDirectory.java`; recorded listings of a genuine server.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from puq_zimbra import readings
from puq_zimbra.selfservice import mailbox_states as states
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_domain
from puq_zimbra.zimbra import filters
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

#: rows of one page
PAGE = 50
#: rows of a search that are sorted by the last reading, as they are now
FEW = 500
#: digits of the highest number of a page
_DIGITS = 6
#: what is read of each mailbox of the list
ATTRIBUTES = (
    "displayName",
    "zimbraAccountStatus",
    "zimbraCOSId",
    "zimbraMailQuota",
    "zimbraLastLogonTimestamp",
    "zimbraIsDelegatedAdminAccount",
)
#: column -> Zimbra's attribute; the others are sorted by the last reading
_BY_ZIMBRA = {
    "address": "name",
    "name": "displayName",
    "state": "zimbraAccountStatus",
    "last_login": "zimbraLastLogonTimestamp",
}
_BY_READING = ("used", "limit")
COLUMNS = (*_BY_ZIMBRA, *_BY_READING)


@dataclass(frozen=True)
class Wanted:
    """What is asked of the list; what makes no sense counts as not asked."""

    search: str = ""
    column: str = "address"
    descending: bool = False
    #: from 1
    page: int = 1
    #: one of `states.STATES`; "" = all
    state: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        """What a page's own keys ask for.

        >>> Wanted.of({"sort": "-used", "p": "3", "q": " anna ", "state": "near"})
        Wanted(search='anna', column='used', descending=True, page=3, state='near')
        """
        sort, number = query.get("sort", ""), query.get("p", "")
        column = sort.removeprefix("-")
        state = query.get("state", "")
        state = state if state in states.STATES else ""
        if column not in columns_of(state):
            sort, column = "address", "address"
        search = "".join(one for one in query.get("q", "") if one.isprintable()).strip()[:100]
        page = (
            int(number) if number.isascii() and number.isdigit() and len(number) <= _DIGITS else 1
        )
        return cls(search, column, sort.startswith("-"), max(page, 1), state)

    @property
    def by_reading(self) -> bool:
        """Whether the last reading gives the order, or says which mailboxes they are."""
        return self.column in _BY_READING or self.state in states.BY_READING

    @property
    def part(self) -> dict[str, str]:
        """The keys that ask for these mailboxes alone, and not for their order."""
        return {key: one for key, one in (("q", self.search), ("state", self.state)) if one}

    @property
    def sort(self) -> str:
        """The key that asks for this order."""
        return f"{'-' if self.descending else ''}{self.column}"


def columns_of(state: str) -> tuple[str, ...]:
    """The columns by which mailboxes of a state can be sorted; "" = of any."""
    return ("address", *_BY_READING) if state in states.BY_READING else COLUMNS


@dataclass(frozen=True)
class Row:
    """One mailbox of the list."""

    id: str
    #: as Zimbra writes it
    address: str
    display_name: str
    #: Zimbra's account status
    status: str
    #: id of its own class of service; "" = the domain's
    cos: str
    #: UTC; None = never, or not for as long as Zimbra notes it
    last_login: datetime | None
    is_administrator: bool
    #: bytes by the last reading; None = unknown
    used: int | None
    #: bytes by the last reading; None = unlimited
    limit: int | None
    #: whether the last reading has it
    measured: bool


@dataclass(frozen=True)
class Listed:
    """One page of the list."""

    rows: tuple[Row, ...]
    #: mailboxes found, in all pages
    found: int
    page: int
    pages: int


def page_of(
    zimbra: Zimbra,
    domain: str,
    wanted: Wanted,
    usage: readings.ServiceUsage | None,
    without: Collection[str] = (),
) -> Listed:
    """One page of a domain's mailboxes; ``without`` are the ids of those in the bin."""
    measured = {one.id: one for one in usage.mailboxes} if usage else {}
    if wanted.state in states.BY_READING or (wanted.by_reading and measured):
        if wanted.part and (few := _few_by_reading(zimbra, domain, wanted, measured, without)):
            return few
        return _by_reading(zimbra, domain, wanted, measured, without)
    column = wanted.column if wanted.column in _BY_ZIMBRA else "address"
    query = _query(wanted, without, measured)
    ask = _Ask(zimbra, domain, query, _BY_ZIMBRA[column], wanted.descending)
    entries = ask.page(1) if wanted.page == 1 else ()
    # A first page that is not full needs no count.
    found = len(entries) if 0 < len(entries) < PAGE else ask.count()
    pages = max(1, -(-found // PAGE))
    page = min(wanted.page, pages)
    if wanted.page != 1:
        entries = ask.page(page)
    return Listed(tuple(_row(one, measured) for one in entries), found, page, pages)


@dataclass(frozen=True)
class _Ask:
    zimbra: Zimbra
    domain: str
    query: str
    sort_by: str
    descending: bool

    def count(self) -> int:
        """How many mailboxes there are in all pages."""
        return self.zimbra.count_directory("accounts", self.query, self.domain)

    def page(self, number: int) -> Sequence[Entry]:
        """One page."""
        return self.zimbra.search_page(
            "accounts",
            self.query,
            ATTRIBUTES,
            self.domain,
            limit=PAGE,
            offset=(number - 1) * PAGE,
            sort_by=self.sort_by,
            ascending=not self.descending,
        )


def _query(
    wanted: Wanted, without: Collection[str], measured: Mapping[str, readings.MailboxUsage]
) -> str:
    in_bin = filters.any_of("zimbraId", without)
    # One that was opened again is not in the bin any more.
    left_out = f"(!(&(zimbraAccountStatus=pending){in_bin}))" if in_bin else ""
    parts = states.query(wanted.state, measured.values())
    if wanted.search:
        either = (filters.holds(name, wanted.search) for name in ("mail", "displayName"))
        parts += f"(|{''.join(either)})"
    return f"(&{scope.NOT_SYSTEM}{left_out}{parts})"


def _few_by_reading(
    zimbra: Zimbra,
    domain: str,
    wanted: Wanted,
    measured: Mapping[str, readings.MailboxUsage],
    without: Collection[str],
) -> Listed | None:
    """What a search finds now, by name too, in the reading's order; None where it is too much."""
    if not wanted.search and wanted.state in states.BY_READING:
        return None  # the reading says which they are
    query = _query(wanted, without, measured)
    entries = zimbra.search_page("accounts", query, ATTRIBUTES, domain, limit=FEW)
    if len(entries) == FEW:
        return None
    rows = sorted((_row(one, measured) for one in entries), key=lambda row: row.address)
    if wanted.state in states.BY_READING:
        rows = [row for row in rows if states.is_in(measured.get(row.id), wanted.state)]
    known = [row for row in rows if row.measured]
    if wanted.column == "limit":
        known.sort(key=lambda row: (row.limit is None, row.limit or 0), reverse=wanted.descending)
    elif wanted.column == "used":
        known.sort(key=lambda row: row.used or -1, reverse=wanted.descending)
    elif wanted.descending:
        known.reverse()
    # What was made since is not measured yet, and comes last either way.
    found = [*known, *(row for row in rows if not row.measured)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(wanted.page, pages)
    return Listed(tuple(found[(page - 1) * PAGE : page * PAGE]), len(found), page, pages)


def _by_reading(
    zimbra: Zimbra,
    domain: str,
    wanted: Wanted,
    measured: Mapping[str, readings.MailboxUsage],
    without: Collection[str],
) -> Listed:
    needle = wanted.search.casefold()
    domains = {domain, shown_domain(domain)}  # Zimbra lists storage by U-labels
    found = [
        one
        for one in measured.values()
        if one.id not in without
        and one.address.rpartition("@")[2] in domains
        and needle in one.address.casefold()
        and states.is_in(one, wanted.state)
    ]
    # Without a limit is more than any limit; unknown use comes last.
    if wanted.column == "limit":
        found.sort(key=lambda one: (one.limit is None, one.limit or 0, one.address))
    elif wanted.column == "used":
        found.sort(key=lambda one: (one.used or -1, one.address))
    else:
        found.sort(key=lambda one: one.address)
    if wanted.descending:
        found.reverse()
    pages = max(1, -(-len(found) // PAGE))
    page = min(wanted.page, pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    if not shown:
        return Listed((), 0, 1, 1)
    either = filters.any_of("zimbraId", [one.id for one in shown])
    query = f"(&{scope.NOT_SYSTEM}{states.query(wanted.state, ())}{either})"
    entries = zimbra.search_page("accounts", query, ATTRIBUTES, domain, limit=PAGE)
    live = {one.id: one for one in entries}
    rows = tuple(_row(live[one.id], measured) for one in shown if one.id in live)
    return Listed(rows, len(found), page, pages)


def _row(entry: Entry, measured: Mapping[str, readings.MailboxUsage]) -> Row:
    known = measured.get(entry.id)
    return Row(
        entry.id,
        entry.name,
        entry.one("displayName") or "",
        entry.one("zimbraAccountStatus") or "active",
        entry.one("zimbraCOSId") or "",
        time_of(entry.one("zimbraLastLogonTimestamp")),
        entry.one("zimbraIsDelegatedAdminAccount") == "TRUE",
        known.used if known else None,
        known.limit if known else None,
        known is not None,
    )


def time_of(text: str | None) -> datetime | None:
    """A time as Zimbra writes it; None if it is none.

    >>> time_of("20261130120800.123Z")
    datetime.datetime(2026, 11, 30, 12, 8, tzinfo=datetime.timezone.utc)
    """
    digits = (text or "")[:14]
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
