"""Wishes: what an operation is about, and when a later one supersedes an earlier one.

Each hook declares its aspects (`puq_zimbra.registry.hook`).
A later wish takes the place of an earlier one whose aspects it has all. An earlier one in other
aspects stays, and goes on afterwards. One that is met in part comes first, and so does a creation
that is not finished. A termination takes the place of everything, and everything of the host's but
a new password takes the place of a termination.

Source: "last writer wins" for each register (Shapiro and others, "Conflict-free Replicated Data
Types"); the aspects are what billing hosts call for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from puq_zimbra.registry import declared
from puq_zimbra.registry.hook import ACCESS, EXISTENCE, PACKAGE, PASSWORD

#: what a host says of the service as a whole: after it, no earlier termination is wanted
_OF_THE_SERVICE = frozenset({EXISTENCE, ACCESS, PACKAGE})

Fate = Literal["replaced", "first", "stays"]


@dataclass(frozen=True)
class Wish:
    """What an operation is about."""

    event: str
    aspects: frozenset[str]
    #: false while it is not known yet whether it is a wish at all: `renew` is one in grace only,
    #: `purge` once the day has come, `transfer` if another service takes it over
    replaces: bool = True


def aspects_of(event: str) -> frozenset[str]:
    """What an event is about."""
    return frozenset(declared(event).aspects) or frozenset({event})


def ends(event: str) -> bool:
    """Whether an event deletes the service in the end."""
    return declared(event).ends_service


def wish_of(row: Any) -> Wish:
    """The wish of an operation's row; one of before version 5 of the store goes by its event."""
    aspects = frozenset(row.aspects.split()) or aspects_of(row.event)
    return Wish(row.event, aspects, bool(row.supersedes) or PASSWORD in aspects)


def fate(earlier: Wish, later: Wish, *, held: bool = False) -> Fate:
    """What becomes of an earlier operation that is not over when a later one begins.

    ``held``: the earlier one waits for a person.

    >>> def wish(event): return Wish(event, aspects_of(event))
    >>> fate(wish("change_package"), wish("renew")), fate(wish("suspend"), wish("renew"))
    ('stays', 'replaced')
    >>> fate(wish("restore"), wish("suspend")), fate(wish("suspend"), wish("terminate"))
    ('first', 'replaced')
    """
    before, after = declared(earlier.event), declared(later.event)
    if after.is_final:
        return "replaced" if later.replaces or earlier.event == later.event else "stays"
    if before.ends_service:
        over = after.calls_off_deletion if held else bool(later.aspects & _OF_THE_SERVICE)
        return "replaced" if over else "stays"
    if before.begins_service:
        return "replaced" if later.event == earlier.event else "first"
    if earlier.event == later.event and earlier.aspects <= later.aspects:
        return "replaced"
    if not later.replaces or not earlier.aspects & later.aspects:
        return "stays"
    return "replaced" if earlier.aspects <= later.aspects else "first"


def undoes(later: Wish, earlier: Wish) -> bool:
    """Whether an earlier request, carried out now, would undo what a later one asked for."""
    if ends(earlier.event):
        return bool(later.aspects & _OF_THE_SERVICE)
    return later.replaces and (
        declared(later.event).is_final or bool(later.aspects & earlier.aspects)
    )
