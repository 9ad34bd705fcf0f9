"""The messages of a mailbox: in folders, in the trash, in the dumpster.

Source: `Mailbox.delete`, `Mailbox.recover`, `MailItem.delete`, `ZimbraQuery`.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from email.utils import parseaddr

from puq_zimbra.simulator import faults
from puq_zimbra.simulator.faults import Argument

INBOX, TRASH, JUNK = "2", "3", "4"
#: Ids of the folders that every mailbox has, by path, with what they hold.
FOLDERS = {
    "/": ("1", ""),
    "/Inbox": (INBOX, "message"),
    "/Trash": (TRASH, ""),
    "/Junk": (JUNK, "message"),
    "/Sent": ("5", "message"),
    "/Drafts": ("6", "message"),
    "/Contacts": ("7", "contact"),
    "/Calendar": ("10", "appointment"),
    "/Emailed Contacts": ("13", "contact"),
    "/Chats": ("14", "message"),
    "/Tasks": ("15", "task"),
    "/Briefcase": ("16", "document"),
}
FOLDER_IDS = frozenset(id_ for id_, _ in FOLDERS.values())


@dataclass(frozen=True)
class Item:
    """One message."""

    id: int
    folder: str
    size: int
    subject: str
    sender: str
    date: int
    fragment: str
    #: The mailbox' change count when it was added.
    revision: int


@dataclass
class Messages:
    """A mailbox' messages and its dumpster."""

    held: dict[int, Item] = field(default_factory=dict)
    dumped: dict[int, Item] = field(default_factory=dict)
    changes: int = 1


@dataclass(frozen=True)
class Share:
    """A folder shared with one grantee."""

    folder: str
    #: Kind of grantee: usr, grp, dom, guest, pub, all.
    kind: str
    #: Id of the grantee, or a guest's address.
    grantee: str
    #: Name of the grantee as it was given.
    name: str
    rights: str

    @property
    def place(self) -> tuple[str, str]:
        """What there is one share of: the folder and the grantee."""
        return self.folder, self.grantee


@dataclass
class Mailbox:
    """A mail store's bytes for one account."""

    id: int
    size: int = 0
    #: Bytes per folder, so that emptying one frees them.
    folders: dict[str, int] = field(default_factory=dict)
    next_item: int = 257
    #: None until the first message: most mailboxes are filled with bytes alone.
    messages: Messages | None = None
    shares: list[Share] = field(default_factory=list)

    def mail(self) -> Messages:
        """Messages, made on first use."""
        if self.messages is None:
            self.messages = Messages()
        return self.messages

    def grow(self, folder: str, size: int) -> None:
        """Count bytes in a folder, or away from it."""
        self.size = max(0, self.size + size)
        self.folders[folder] = max(0, self.folders.get(folder, 0) + size)


def size_of(content: str) -> int:
    """Bytes that a message takes: its lines end in CRLF."""
    return len(content.replace("\r\n", "\n").replace("\n", "\r\n").encode())


def add(box: Mailbox, folder: str, content: str, date: int) -> Item:
    """Store a message."""
    read = email.message_from_string(content, policy=email.policy.default)
    body = read.get_body(("plain", "html")) if read.is_multipart() else read
    text = body.get_content() if body is not None and body.get_content_type()[:5] == "text/" else ""
    mail = box.mail()
    mail.changes += 1
    item = Item(
        box.next_item,
        folder,
        size_of(content),
        str(read["Subject"] or ""),
        parseaddr(str(read["From"] or ""))[1],
        date,
        " ".join(text.split()),
        mail.changes,
    )
    box.next_item += 1
    mail.held[item.id] = item
    box.grow(folder, item.size)
    return item


def find(items: dict[int, Item], ids: Iterable[str]) -> list[Item]:
    """Messages by id; NO_SUCH_ITEM for the first that is not there."""
    found = []
    for id_ in ids:
        bare = id_.rpartition(":")[2].strip()
        item = items.get(int(bare)) if bare.isdigit() else None
        if item is None:
            raise faults.Fault(
                "mail.NO_SUCH_ITEM", f"no such item: {bare}", Argument("itemId", "IID", bare)
            )
        found.append(item)
    return found


def move(box: Mailbox, item: Item, folder: str) -> None:
    """Put a message into another folder."""
    box.grow(item.folder, -item.size)
    box.grow(folder, item.size)
    box.mail().held[item.id] = replace(item, folder=folder)
    box.mail().changes += 1


def delete(box: Mailbox, item: Item, *, keep: bool) -> None:
    """Delete a message for good, or into the dumpster."""
    mail = box.mail()
    mail.held.pop(item.id)
    mail.changes += 1
    box.grow(item.folder, -item.size)
    if keep:
        mail.dumped[item.id] = item


def empty(box: Mailbox, folder: str, *, keep: bool) -> None:
    """Delete what a folder holds, bytes without a message included."""
    held = box.messages.held.values() if box.messages is not None else ()
    for item in [each for each in held if each.folder == folder]:
        delete(box, item, keep=keep)
    box.size = max(0, box.size - box.folders.pop(folder, 0))


def recover(box: Mailbox, item: Item, folder: str) -> None:
    """Copy a message out of the dumpster, under a new id."""
    mail = box.mail()
    mail.dumped.pop(item.id)
    mail.changes += 1
    made = replace(item, id=box.next_item, folder=folder, revision=mail.changes)
    box.next_item += 1
    mail.held[made.id] = made
    box.grow(folder, made.size)
