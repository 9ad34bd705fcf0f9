"""Deleted messages of a mailbox: those that left the trash and are kept a while, and their return.

Zimbra keeps them where zimbraDumpsterEnabled is on, for zimbraMailDumpsterLifetime. They are put
back as the mailbox's user, with a log-in of a minute.

Source: recorded dumpsters of a genuine server (mail in the trash is not in it, a recovery needs a
folder, and where nothing is kept the search finds nothing).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, LimitReached, MailboxInactive, Refused
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra
from puq_zimbra.zimbra.mail import Message

ATTRIBUTES = ("zimbraAccountStatus",)
#: the newest messages that can be chosen from
MOST = 500
SHUT = N_("This mailbox cannot be opened now: its messages cannot be read.")
_SECONDS = 60


def of_mailbox(zimbra: Zimbra, account: Entry) -> Sequence[Message]:
    """The newest deleted messages that are kept; none where Zimbra keeps none.

    Raises:
        Refused: the mailbox cannot be opened.
    """
    # In maintenance Zimbra gives a log-in that it then calls expired; for a closed one, none.
    if account.one("zimbraAccountStatus") in ("maintenance", "closed"):
        raise Refused(SHUT)
    try:
        return zimbra.get_deleted_messages(account.id, MOST)
    except MailboxInactive as error:
        raise Refused(SHUT) from error


def recover(
    zimbra: Zimbra, request: Request, identity: str, chosen: Collection[str]
) -> tuple[str, int]:
    """Put chosen messages back into the inbox; the mailbox's address, and how many went back.

    Raises:
        FieldErrors: none is chosen.
        Refused: the mailbox is full, or cannot be opened.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)
    if not chosen:
        raise wrong("", N_("Choose at least one message."))
    found = of_mailbox(zimbra, account)
    # Those that are there: one that is not would keep the others from coming back.
    there = [one.id for one in found if one.id in chosen]
    if there:
        try:
            zimbra.recover_messages(zimbra.delegate_auth(account.id, _SECONDS).value, there)
        except MailboxInactive as error:
            raise Refused(SHUT) from error
        except LimitReached as error:
            raise Refused(
                "There is too little space in %(address)s for these messages.",
                address=shown_address(account.name),
            ) from error
    return shown_address(account.name), len(there)
