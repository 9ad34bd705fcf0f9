"""The space of rooms and equipment, which Zimbra's listing of storage leaves out.

Each is asked for by itself, many in one HTTP request. The first such question makes Zimbra give a
room its empty mailbox; it changes nothing else.

Source: `service/admin/GetMailbox.java`; recorded resources of a genuine server.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from puq_zimbra.errors import NoSuch, PermissionDenied, PuqZimbraError
from puq_zimbra.usage.tally import Tally
from puq_zimbra.zimbra import batches, resources
from puq_zimbra.zimbra.client import Zimbra

#: rooms asked for in one HTTP request
TOGETHER = 50


def add_space(zimbra: Zimbra, tallies: Iterable[Tally]) -> None:
    """Add the bytes in the rooms and equipment of services to what they use.

    A service of which a room gives no figure is broken. Where Zimbra refuses to say (a domain that
    staff suspended in it, an administrator without the right), its rooms stay left out.

    Raises:
        PuqZimbraError: Zimbra gave no usable answer at all.
    """
    wanted = [(tally, room) for tally in tallies for room in tally.rooms]
    for start in range(0, len(wanted), TOGETHER):
        some = wanted[start : start + TOGETHER]
        for (tally, _), part in zip(some, _ask(zimbra, [room for _, room in some]), strict=True):
            _add(tally, part)


def _ask(zimbra: Zimbra, rooms: Sequence[str]) -> list[batches.Part]:
    return batches.read(zimbra, [("GetMailbox", {"mbox": {"id": one}}) for one in rooms])


def _add(tally: Tally, part: batches.Part) -> None:
    try:
        tally.used += resources.size_of(batches.require(part))
    except (NoSuch, PermissionDenied):  # gone since it was listed, or not ours to know
        return
    except PuqZimbraError:
        tally.broken = True
