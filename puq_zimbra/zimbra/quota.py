"""Read storage figures from Zimbra, page by page and in flat memory.

Every GetQuotaUsage makes Zimbra compute the whole server's list, whatever domain, limit or offset
it names, unless an echoed admin session holds it: so the first page opens a session and later pages
echo its id. The answers are JSON, which is the fastest to read, compressed.

Source: `service/admin/GetQuotaUsage.java`; measured on a genuine server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.client import Zimbra

#: accounts asked for in one page
PAGE = 10_000


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One account's storage."""

    id: str
    name: str
    #: bytes, Zimbra's own checkpoint of the mailbox's size
    used: int
    #: bytes in force; 0 = unlimited
    limit: int


def get_quota_usage(
    zimbra: Zimbra,
    *,
    domain: str | None = None,
    server_id: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[QuotaRow]:
    """Every account's storage: of a domain on all servers, or of one mailbox server.

    ``progress`` hears after each page how many accounts of how many were read.

    Raises:
        NoAnswer: the pages do not add up to the total that Zimbra names; what came before is not
            to be used.
    """
    scope = {"domain": domain, "allServers": "1"} if domain else {}
    session, offset, seen, total = "", 0, set[str](), 0
    while offset == 0 or offset < total:
        arguments = {
            **scope,
            "limit": PAGE,
            "offset": offset,
            "sortBy": "account",
            "sortAscending": "1",
            "refresh": "0" if offset else "1",
        }
        response, echoed = zimbra.connection.call_json(
            "GetQuotaUsage", arguments, session=session, target_server=server_id
        )
        rows, total = read_page(response)
        session = echoed or session
        for row in rows:
            seen.add(row.id)
            yield row
        progress(len(seen), total)
        if not rows:
            break
        offset += PAGE
    if len(seen) != total:
        raise answers.garbled()


def read_page(response: dict[str, Any]) -> tuple[list[QuotaRow], int]:
    """The rows of one answer and the number of accounts in all of its pages.

    Raises:
        NoAnswer: a row lacks a figure.
    """
    given = response.get("account", [])
    rows = [_row(row) for row in ([given] if isinstance(given, dict) else given)]
    return rows, _whole(response.get("searchTotal"))


def _row(row: Any) -> QuotaRow:
    if not isinstance(row, dict):
        raise answers.garbled()
    name, identity = row.get("name"), row.get("id")
    if not isinstance(name, str) or not isinstance(identity, str):
        raise answers.garbled()
    used, limit = _whole(row.get("used")), _whole(row.get("limit"))
    if used < 0:
        raise answers.garbled()
    return QuotaRow(identity, name, used, limit)


def _whole(value: Any) -> int:
    """A whole number of 64 bits, as JSON gives it or as XML's text."""
    if isinstance(value, str) and len(value) < 21 and value.lstrip("-").isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise answers.garbled()
    return value
