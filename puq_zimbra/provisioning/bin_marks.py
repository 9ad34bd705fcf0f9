"""The marks of mailboxes in the customer's bin.

A mark stands on the *domain*, in zimbraForeignName, where no delegated administrator can write:
`puq_zimbra.bin:<account id>:<last day>:<former status>:<hidden 0|1>`. It counts only as long as the
mailbox is ``pending``: whoever opened it again took it out of the bin.

Source: zimbra-attrs.xml (zimbraForeignName holds many values, and is written by global
administrators alone).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from puq_zimbra.provisioning.entries import KINDS, words_of
from puq_zimbra.zimbra.answers import Entry

PREFIX = "puq_zimbra.bin:"
#: the attribute of a domain that bears the marks
WORDS = KINDS["domain"].words
#: zimbraAccountStatus of a mailbox in the bin
STATUS = "pending"
_MARK = re.compile(
    r"puq_zimbra\.bin:([A-Za-z0-9-]{1,64}):(\d{4}-\d{2}-\d{2}):([a-z]{1,20}):([01])", re.ASCII
)


@dataclass(frozen=True)
class Binned:
    """A mark: which mailbox waits, until when, and how it was before."""

    account_id: str
    #: the day (UTC) on which it is deleted
    last_day: date
    #: zimbraAccountStatus before
    status: str
    hidden: bool

    @property
    def mark(self) -> str:
        """The word on the domain."""
        return f"{PREFIX}{self.account_id}:{self.last_day}:{self.status}:{int(self.hidden)}"


def marks(domain: Entry) -> dict[str, Binned]:
    """The readable marks of a domain: account's id -> mark; none of an account."""
    found: dict[str, Binned] = {}
    if domain.kind != "domain":
        return found
    for word in words_of(domain):
        if match := _MARK.fullmatch(word):
            try:
                day = date.fromisoformat(match[2])
            except ValueError:
                continue
            found[match[1]] = Binned(match[1], day, match[3], match[4] == "1")
    return found


def holds(account: Entry) -> bool:
    """Whether an account that has a mark is still in the bin: it was not opened since."""
    return account.one("zimbraAccountStatus") == STATUS
