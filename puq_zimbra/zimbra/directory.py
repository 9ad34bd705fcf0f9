"""Requests about the directory as a whole.

Source: `service/admin/{SearchDirectory,ComputeAggregateQuotaUsage}.java`; a genuine server, whose
``more`` and ``searchTotal`` are wrong without an admin session.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.batches import Asked
from puq_zimbra.zimbra.paging import Page, pages
from puq_zimbra.zimbra.sender import Sender

#: objects in one page of SearchDirectory
PAGE = 5000


def search_arguments(
    types: str, query: str, attrs: tuple[str, ...], domain: str | None
) -> dict[str, Any]:
    """The arguments of SearchDirectory that all of its pages share."""
    return {
        "types": types,
        "query": query,
        "attrs": ",".join(attrs),
        "domain": domain,
        "limit": PAGE,
        "maxResults": 0,
        "applyCos": "0",
        "applyConfig": "0",
    }


def page_arguments(
    types: str,
    query: str,
    attrs: tuple[str, ...],
    domain: str | None = None,
    *,
    limit: int,
    offset: int = 0,
    sort_by: str = "name",
    ascending: bool = True,
) -> dict[str, Any]:
    """The arguments of one page of SearchDirectory, sorted as text by an attribute."""
    return search_arguments(types, query, attrs, domain) | {
        "limit": limit,
        "offset": offset,
        "sortBy": sort_by,
        "sortAscending": "1" if ascending else "0",
    }


def counting(types: str, query: str, domain: str | None = None) -> Asked:
    """The request for how many directory objects fit (SearchDirectory.java, countOnly).

    Without a limit or an offset, by which Zimbra would count a page.
    """
    arguments = {"types": types, "query": query, "domain": domain}
    return "SearchDirectory", arguments | {"maxResults": 0, "countOnly": "1"}


def counted(response: etree._Element) -> int:
    """The number in its answer."""
    number = response.get("num") or ""
    if not number.isascii() or not number.isdigit():
        raise answers.garbled()
    return int(number)


class DirectoryRequests(Sender):
    """Requests about the directory as a whole."""

    def search_directory(
        self, types: str, query: str, attrs: tuple[str, ...], domain: str | None = None
    ) -> Iterator[Entry]:
        """Yield every directory object that fits, page by page (SearchDirectory.java).

        ``query`` is an LDAP filter or ""; ``types`` Zimbra's comma list.
        """
        arguments = search_arguments(types, query, attrs, domain)

        def read(offset: int) -> Page[list[Entry]]:
            found = answers.entries(self._send("SearchDirectory", **arguments, offset=offset))
            return Page(found, [one.id for one in found])

        for page in pages(read, PAGE):
            yield from (one for one in page.rows if one.id not in page.repeated)

    def search_page(  # noqa: PLR0913 - what a search says
        self,
        types: str,
        query: str,
        attrs: tuple[str, ...],
        domain: str | None = None,
        *,
        limit: int,
        offset: int = 0,
        sort_by: str = "name",
        ascending: bool = True,
        inherited: bool = False,
    ) -> list[Entry]:
        """One page of what fits, sorted as text by an attribute that is asked for.

        With ``inherited`` it also shows what their class of service gives accounts. Without an
        admin session Zimbra names no right total: `count_directory` does.
        """
        arguments = page_arguments(
            types, query, attrs, domain,
            limit=limit, offset=offset, sort_by=sort_by, ascending=ascending,
        )  # fmt: skip
        arguments["applyCos"] = "1" if inherited else "0"
        return answers.entries(self._send("SearchDirectory", **arguments))

    def count_directory(self, types: str, query: str, domain: str | None = None) -> int:
        """How many directory objects fit."""
        name, arguments = counting(types, query, domain)
        return counted(self._send(name, **arguments))

    def compute_aggregate_quota_usage(self) -> dict[str, int]:
        """Make Zimbra sum up its domains' usage, by which it enforces domain quotas: id -> bytes.

        Source: ComputeAggregateQuotaUsage.java; global administrators only.
        """
        response = self._send("ComputeAggregateQuotaUsage")
        try:
            return {
                str(one.attrib["id"]): int(one.attrib["used"]) for one in answers.children(response)
            }
        except (KeyError, ValueError) as error:
            raise answers.garbled() from error
