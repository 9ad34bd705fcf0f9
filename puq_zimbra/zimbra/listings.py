"""Read Zimbra's long listings page by page and in flat memory: storage, and the directory.

Every GetQuotaUsage and SearchDirectory makes Zimbra compute its whole list, whatever limit or
offset it names, unless an echoed admin session holds it: so the first page opens a session and
later pages echo its id. The answers are JSON, compressed, and decoded straight into what is kept of
them, which checks every field on the way.

Source: `service/admin/{GetQuotaUsage,SearchDirectory}.java`, `AdminSession.java`; measured on a
genuine server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

import msgspec

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.client import Zimbra

#: objects asked for in one page of storage, and of the directory
QUOTA_PAGE = 12_500
DIRECTORY_PAGE = 5_000

Bytes = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Progress = Callable[[int, int], None]


# None of these can be part of a cycle: the garbage collector need not look at any of them, which
# it would do the more often the more pages are read.
class QuotaRow(msgspec.Struct, frozen=True, gc=False):
    """One account's storage."""

    # In Zimbra's own order, in which they are found at once.
    name: str
    #: bytes in force; 0 = unlimited
    limit: Bytes
    id: str
    #: bytes, Zimbra's own checkpoint of the mailbox's size
    used: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

    @property
    def quota(self) -> int | None:
        """The limit in bytes; None = unlimited."""
        return self.limit if self.limit > 0 else None


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """One value of an attribute."""

    n: str
    value: str = msgspec.field(name="_content", default="")
    #: we may not read it
    pd: bool = False


class EntryRow(msgspec.Struct, frozen=True, gc=False):
    """One object of the directory, with the attributes that were asked for."""

    id: str
    name: str
    a: tuple[Attribute, ...] = ()


class Storage(msgspec.Struct, frozen=True, gc=False):
    """One page of GetQuotaUsage."""

    #: accounts in all pages
    total: Count = msgspec.field(name="searchTotal")
    account: tuple[QuotaRow, ...] = ()

    def __len__(self) -> int:
        return len(self.account)


class Directory(msgspec.Struct, frozen=True, gc=False):
    """One page of SearchDirectory."""

    #: objects in all pages
    total: Count = msgspec.field(name="searchTotal")
    account: tuple[EntryRow, ...] = ()
    alias: tuple[EntryRow, ...] = ()
    #: lists and dynamic groups
    dl: tuple[EntryRow, ...] = ()

    def __len__(self) -> int:
        return len(self.account) + len(self.alias) + len(self.dl)


Page = TypeVar("Page", Storage, Directory)


def storage(
    zimbra: Zimbra,
    *,
    domain: str | None = None,
    server_id: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Iterator[Storage]:
    """Every account's storage, a page at a time: of a domain, or of one mailbox server.

    Raises:
        NoAnswer: the pages do not add up to the total that Zimbra names; what came before is not
            to be used.
    """
    scope = {"domain": domain, "allServers": "1"} if domain else {}
    arguments = {**scope, "sortBy": "account", "sortAscending": "1", "limit": QUOTA_PAGE}

    def read(offset: int, session: str) -> tuple[Storage, str | None]:
        page = {**arguments, "offset": offset, "refresh": "0" if offset else "1"}
        return zimbra.connection.call_listing(
            "GetQuotaUsage", page, Storage, session=session, target_server=server_id
        )

    return _pages(read, QUOTA_PAGE, progress)


def directory(
    zimbra: Zimbra,
    types: str,
    attrs: tuple[str, ...],
    *,
    query: str = "",
    domain: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Iterator[Directory]:
    """Every object of some types (Zimbra's comma list), a page at a time.

    ``query`` is an LDAP filter or "".

    Raises:
        NoAnswer: the pages do not add up to the total that Zimbra names.
    """
    arguments: dict[str, Any] = {"types": types, "query": query, "attrs": ",".join(attrs)}
    arguments |= {"maxResults": 0, "applyCos": "0", "applyConfig": "0", "limit": DIRECTORY_PAGE}
    if domain:
        arguments["domain"] = domain

    def read(offset: int, session: str) -> tuple[Directory, str | None]:
        page = {**arguments, "offset": offset}
        return zimbra.connection.call_listing("SearchDirectory", page, Directory, session=session)

    return _pages(read, DIRECTORY_PAGE, progress)


def _pages(
    read: Callable[[int, str], tuple[Page, str | None]], size: int, progress: Progress
) -> Iterator[Page]:
    session, offset, seen, total = "", 0, 0, 0
    while offset == 0 or offset < total:
        page, echoed = read(offset, session)
        session, total = echoed or session, page.total
        seen += len(page)
        yield page
        progress(seen, total)
        if not len(page):
            break
        offset += size
    if seen != total:
        raise answers.garbled()
