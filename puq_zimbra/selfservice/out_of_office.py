"""The out-of-office reply of a mailbox: from when, until when, to whom, and what.

Zimbra checks neither that the end comes after the beginning nor that there is a text.

Source: zimbra-attrs.xml (zimbraPrefOutOfOffice*; GeneralizedTime in UTC, 8192 characters); recorded
replies of a genuine server.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from puq_zimbra.clientarea.fields import wrong
from puq_zimbra.errors import N_, Conflict
from puq_zimbra.request import Request
from puq_zimbra.selfservice import scope
from puq_zimbra.selfservice.mailboxes import time_of
from puq_zimbra.units import shown_address
from puq_zimbra.zimbra.answers import Entry
from puq_zimbra.zimbra.client import Zimbra

_ON, _TEXT = "zimbraPrefOutOfOfficeReplyEnabled", "zimbraPrefOutOfOfficeReply"
_FROM, _UNTIL = "zimbraPrefOutOfOfficeFromDate", "zimbraPrefOutOfOfficeUntilDate"
_OUTSIDE_ON = "zimbraPrefOutOfOfficeExternalReplyEnabled"
_OUTSIDE = "zimbraPrefOutOfOfficeExternalReply"
ATTRIBUTES = (_ON, _TEXT, _FROM, _UNTIL, _OUTSIDE_ON, _OUTSIDE)
#: characters of a reply
MOST = 8192


def values_of(account: Entry, zone: tzinfo) -> dict[str, Any]:
    """The form's values as the mailbox has them now, days in the reader's time zone."""
    return {
        "on": account.one(_ON) == "TRUE",
        "first_day": _day(account.one(_FROM), zone),
        "last_day": _day(account.one(_UNTIL), zone),
        "text": account.one(_TEXT) or "",
        "outside_text": (account.one(_OUTSIDE) or "") if account.one(_OUTSIDE_ON) else "",
    }


def _day(text: str | None, zone: tzinfo) -> date | None:
    found = time_of(text)
    return found.astimezone(zone).date() if found else None


def apply(
    zimbra: Zimbra, request: Request, identity: str, values: Mapping[str, Any], zone: tzinfo
) -> str:
    """Make the reply what the values say; the mailbox's address.

    Raises:
        FieldErrors: names the field.
        Conflict: Zimbra did not keep it.
    """
    stamped = scope.open_service(zimbra, request)
    account = scope.mailbox(zimbra, request, stamped, identity, ATTRIBUTES)
    first, last = values["first_day"], values["last_day"]
    if values["on"] and not values["text"]:
        raise wrong("text", N_("Type the text of the reply."))
    if first and last and last < first:
        raise wrong("last_day", N_("The last day is before the first."))
    wanted = {
        _ON: "TRUE" if values["on"] else "FALSE",
        _TEXT: values["text"] or "",
        _FROM: _time(first, time(0, 0), zone),
        _UNTIL: _time(last, time(23, 59, 59), zone),
        _OUTSIDE_ON: "TRUE" if values["outside_text"] else "FALSE",
        _OUTSIDE: values["outside_text"] or "",
    }
    changes = _difference(account, wanted)
    if changes:
        zimbra.modify_account(account.id, changes)
        if _difference(zimbra.get_account(account.id, "id", ATTRIBUTES), wanted):
            raise Conflict("Zimbra did not keep the reply of %(name)s.", name=account.name)
    return shown_address(account.name)


def _time(day: date | None, at: time, zone: tzinfo) -> str:
    if day is None:
        return ""
    return datetime.combine(day, at, zone).astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _difference(account: Entry, wanted: Mapping[str, str]) -> dict[str, str]:
    off = {_ON: "FALSE", _OUTSIDE_ON: "FALSE"}
    return {
        name: value
        for name, value in wanted.items()
        if _plain(account.one(name) or off.get(name, "")) != _plain(value)
    }


def _plain(text: str) -> str:
    """A text without what a journey through a form and XML changes."""
    return text.replace("\r\n", "\n").strip()
