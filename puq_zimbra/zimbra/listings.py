"""Read Zimbra's long listings page by page and in flat memory: storage, and the directory.

Each GetQuotaUsage and SearchDirectory makes Zimbra compute its whole list, whatever its limit and
offset, unless an echoed admin session holds it: so the first page opens a session and later pages
echo its id. The answers are compressed JSON, decoded straight into the structs that are kept, which
checks every field.

Source: `service/admin/{GetQuotaUsage,SearchDirectory}.java`, `AdminSession.java`,
`mailbox/Mailbox.java`; measured on a genuine server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar

import msgspec

from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.directory import PAGE, search_arguments
from puq_zimbra.zimbra.paging import Page, Progress, pages

#: accounts in one page of storage
QUOTA_PAGE = 12_500

Bytes = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
#: filled in by `jsonlistings`; Zimbra may not give any
Unreadable = Annotated[tuple[str, ...], msgspec.Meta(max_length=0)]


# None of these can be part of a cycle, so the garbage collector need not visit them. It would do so
# more often with each page.
class QuotaRow(msgspec.Struct, frozen=True, gc=False):
    """One account's storage."""

    # In Zimbra's own order, in which they are found at once.
    name: str
    #: bytes in force; 0 = unlimited, below 0 = nothing fits
    limit: Bytes
    id: str
    #: bytes, Zimbra's own checkpoint of the mailbox's size
    used: Bytes

    @property
    def quota(self) -> int | None:
        """The limit in bytes; None = unlimited, 0 = nothing fits.

        Zimbra lets mail in while the limit "is 0 or not passed" (`Mailbox.checkSizeChange`), and a
        negative one always is.
        """
        return max(self.limit, 0) if self.limit else None


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """One value of an attribute."""

    n: str
    value: str = msgspec.field(name="_content", default="")
    #: the administrator may not read it
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
    #: names of the rows that cannot be read
    unreadable: Unreadable = ()

    def __len__(self) -> int:
        return len(self.account) + len(self.unreadable)

    def ids(self) -> list[str]:
        """What tells each row from the others."""
        return [*(one.id for one in self.account), *self.unreadable]


class Directory(msgspec.Struct, frozen=True, gc=False):
    """One page of SearchDirectory."""

    #: objects in all pages
    total: Count = msgspec.field(name="searchTotal")
    account: tuple[EntryRow, ...] = ()
    alias: tuple[EntryRow, ...] = ()
    #: lists and dynamic groups
    dl: tuple[EntryRow, ...] = ()
    #: rooms and equipment
    calresource: tuple[EntryRow, ...] = ()
    #: names of the rows that cannot be read
    unreadable: Unreadable = ()

    def ids(self) -> list[str]:
        """What tells each row from the others."""
        kinds = (self.account, self.alias, self.dl, self.calresource)
        return [*(one.id for kind in kinds for one in kind), *self.unreadable]


Listing = TypeVar("Listing", Storage, Directory)


def storage(
    zimbra: Zimbra,
    *,
    domain: str | None = None,
    server_id: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Iterator[Storage]:
    """Yield every account's storage by page: of a domain, of one mailbox server, or of both.

    Raises:
        NoAnswer: the pages do not add up to Zimbra's total; those before are not to be used.
    """
    scope = {"domain": domain} if domain else {}
    scope |= {"allServers": "1"} if domain and not server_id else {}
    arguments = {**scope, "sortBy": "account", "sortAscending": "1", "limit": QUOTA_PAGE}

    def read(offset: int, session: str) -> tuple[Storage, str | None]:
        page = {**arguments, "offset": offset, "refresh": "0" if offset else "1"}
        return _send(zimbra, "GetQuotaUsage", page, Storage, session, server_id)

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
    """Yield every object of some types (Zimbra's comma list) by page.

    ``query`` is an LDAP filter or "".

    Raises:
        NoAnswer: the pages do not add up to Zimbra's total; those before are not to be used.
    """
    arguments = search_arguments(types, query, attrs, domain)

    def read(offset: int, session: str) -> tuple[Directory, str | None]:
        page = {**arguments, "offset": offset}
        return _send(zimbra, "SearchDirectory", page, Directory, session)

    return _pages(read, PAGE, progress)


def _send(
    zimbra: Zimbra,
    name: str,
    arguments: dict[str, Any],
    kind: type[Listing],
    session: str,
    server_id: str | None = None,
) -> tuple[Listing, str | None]:
    """One page, and the id of the admin session that holds the list."""
    found: tuple[Listing, str | None] = zimbra.pipeline.send(
        name, arguments, listing=kind, session=session, target_server=server_id
    )
    return found


def _pages(
    read: Callable[[int, str], tuple[Listing, str | None]], size: int, progress: Progress
) -> Iterator[Listing]:
    """The pages of one list: the first opens an admin session, the others go on in it."""
    session = ""

    def read_on(offset: int) -> Page[Listing]:
        nonlocal session
        rows, echoed = read(offset, session)
        session = echoed or session
        return Page(rows, rows.ids(), rows.total)

    return (page.rows for page in pages(read_on, size, progress))
