"""Addresses that may become links and forms, and those of the other parts of the user table.

Source: RFC 3986; HTML "form submission" (a GET form replaces the query of its action, so what the
host's address asks for goes into hidden fields).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from puq_zimbra.clientarea.mailboxes import FULLEST_FIRST, Wanted

#: names in the query of what the host hands on as ``search`` and ``sort`` of `Call.form`
SEARCH, SORT = "puqz_search", "puqz_sort"

_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+|\[[0-9a-fA-F:.]+\]")
_UNFIT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f\"'<>\\`]")


def https_address(url: str | None) -> str:
    """Let an https address of a host through, and nothing else.

    >>> https_address("https://mail.example.test/"), https_address("javascript:alert(1)")
    ('https://mail.example.test/', '')
    """
    if not url or _UNFIT_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.netloc.removesuffix(f":{parts.port}" if parts.port else "")
    except ValueError:  # a port that is no number, a bracket too many
        return ""
    return url if parts.scheme == "https" and _HOST.fullmatch(host) else ""


def host_address(url: str | None) -> str:
    """Let through an address on the host's own site, or an https address.

    >>> host_address("clientarea.php?id=4"), host_address("//evil.example/"), host_address("data:x")
    ('clientarea.php?id=4', '', '')
    """
    if not url or _UNFIT_IN_URL.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or url.startswith("//"):
        return https_address(url)
    # RFC 3986, 4.2: a colon in the first segment of a relative address could pass for a scheme.
    return "" if ":" in parts.path.partition("/")[0] else url


@dataclass(frozen=True)
class TableLinks:
    """Where the other parts of the user table are."""

    #: the host's address of the table, to which the number of a page is appended
    page_url: str
    wanted: Wanted
    #: id of the table's heading, so that the browser shows the table and not the page's top
    anchor: str

    def page(self, number: int) -> str:
        """Another page of the same search and order."""
        return self._address(replace(self.wanted, page=number))

    def sorted_by(self, column: str) -> str:
        """The first page in a column's order; in the other direction if it is that already."""
        descending = column != "address"
        if column == self.wanted.column:
            descending = not self.wanted.descending
        return self._address(replace(self.wanted, page=1, column=column, descending=descending))

    @property
    def everything(self) -> str:
        """The first page without the search."""
        return self._address(replace(self.wanted, page=1, search=""))

    @property
    def action(self) -> str:
        """Where the search form goes."""
        return self._parts(1)._replace(query="").geturl()

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the search form carries: the host's own query, the table's page and order."""
        return [*_query(self._parts(1)), *_order(self.wanted)]

    def _parts(self, number: int) -> SplitResult:
        return urlsplit(f"{self.page_url}{number}")._replace(fragment=self.anchor)

    def _address(self, wanted: Wanted) -> str:
        parts = self._parts(wanted.page)
        fields = [*_query(parts), *_order(wanted)]
        if wanted.search:
            fields.append((SEARCH, wanted.search))
        return parts._replace(query=urlencode(fields, errors="replace")).geturl()


def table_links(page_url: str | None, wanted: Wanted, anchor: str) -> TableLinks | None:
    """The links of the table; None if the host gave no address that may become one."""
    return TableLinks(page_url, wanted, anchor) if page_url and host_address(page_url) else None


def _query(parts: SplitResult) -> list[tuple[str, str]]:
    """The host's own fields: one that gives the present address gives ours along with them."""
    fields = parse_qsl(parts.query, keep_blank_values=True)
    return [(name, value) for name, value in fields if name not in (SEARCH, SORT)]


def _order(wanted: Wanted) -> list[tuple[str, str]]:
    return [(SORT, wanted.sort)] if wanted.sort != FULLEST_FIRST else []
