"""What a customer asks of the list of his mailboxes: which of them, in which order, which page.

Source: recorded listings of a genuine server, which sorts as text and only by what it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from puq_zimbra.selfservice import mailbox_states as states

#: digits of the highest number of a page
_DIGITS = 6
#: column -> Zimbra's attribute; the others are sorted by the last reading
BY_ZIMBRA = {
    "address": "name",
    "name": "displayName",
    "state": "zimbraAccountStatus",
    "last_login": "zimbraLastLogonTimestamp",
}
#: a class of service is an id for Zimbra, and a name for people: by that they are sorted
BY_READING = ("used", "limit", "tier")
COLUMNS = (*BY_ZIMBRA, *BY_READING)


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
        return self.column in BY_READING or self.state in states.BY_READING

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
    return ("address", *BY_READING) if state in states.BY_READING else COLUMNS
