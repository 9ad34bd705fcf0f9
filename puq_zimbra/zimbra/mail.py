"""Requests about the messages of a mailbox.

The administrator, who may log in as its user, reads them with his own token; what changes them is
sent with a log-in as the user. The admin address takes them, too (AdminServlet's ``MailService``).

Source: `soap.txt`; `service/mail/{Search,ItemAction}.java`; recorded dumpsters of a genuine server,
also with the administrator's token on a mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from puq_zimbra.zimbra import answers
from puq_zimbra.zimbra.sender import Sender

#: id of every mailbox's inbox
INBOX = "2"
#: the furthest moment of a message, as other clocks may be wrong: milliseconds
_LATEST = 32_503_680_000_000


@dataclass(frozen=True)
class Message:
    """A message as a search shows it."""

    id: str
    #: as it was written, by anybody
    subject: str = field(repr=False)
    #: address of its sender; "" = it has none
    sender: str = field(repr=False)
    #: UTC; None = not readable
    date: datetime | None


class MailRequests(Sender):
    """Requests about messages."""

    def get_deleted_messages(self, identity: str, most: int) -> list[Message]:
        """Messages that left an account's trash and are kept a while, newest first (Search)."""
        response = self.pipeline.send(
            "Search",
            {
                "query": "is:anywhere",
                "types": "message",
                "sortBy": "dateDesc",
                "inDumpster": "1",
                "fetch": "none",
                "limit": most,
            },
            account=identity,
        )
        found = answers.children(response)
        return [_message(one) for one in found if answers.local(one) == "m" and one.get("id")]

    def recover_messages(self, token: str, ids: Sequence[str], folder: str = INBOX) -> None:
        """Put deleted messages back into a folder (ItemAction); one that is absent refuses all."""
        action = {"op": "recover", "id": ",".join(ids), "l": folder}
        self.pipeline.send("ItemAction", {"action": action}, token=token)


def _message(element: etree._Element) -> Message:
    people = [one for one in answers.children(element) if answers.local(one) == "e"]
    sender = next((one for one in people if one.get("t") == "f"), None)
    return Message(
        element.get("id") or "",
        answers.text(element, "su") or "",
        "" if sender is None else sender.get("a") or "",
        _date(element.get("d") or ""),
    )


def _date(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and int(text[:15]) < _LATEST):
        return None
    return datetime.fromtimestamp(int(text) / 1000, UTC)
