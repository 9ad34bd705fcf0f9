"""The last changes of a service's server settings, with those that broke off on their way.

A change that broke off is told as long as something of it is held and no later one wrote the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from puq_zimbra.settings.reading import State
from puq_zimbra.settings.table import BY_KEY


@dataclass(frozen=True)
class Past:
    """A change of before."""

    #: the operation, as the store has it
    act: Any
    keys: Sequence[str]
    #: it broke off: some of it may be written
    is_partial: bool


def past(acts: Sequence[Any], state: State) -> list[Past]:
    """The changes among operations, newest first."""
    found: list[Past] = []
    later: set[str] = set()
    for act in acts:
        notes = _notes(act)
        keys = list(dict.fromkeys(str(one["key"]) for one in notes))
        if act.state == "done" and keys:
            found.append(Past(act, keys, is_partial=False))
            later |= set(keys)
        elif act.state == "failed" and not later & set(keys) and _is_held(notes, state):
            found.append(Past(act, keys, is_partial=True))
    return found


def _notes(act: Any) -> list[Mapping[str, Any]]:
    notes = act.reply.data.get("settings") if act.reply else None
    return [one for one in notes or () if isinstance(one, dict) and one.get("key") in BY_KEY]


def _is_held(notes: Sequence[Mapping[str, Any]], state: State) -> bool:
    """Whether something that was to be written is there now, and not what was there before."""
    for note in notes:
        held = state.held.get(note["key"])
        before, after = tuple(note.get("before", ())), tuple(note.get("after", ()))
        for place in held.places if held else ():
            if (place.kind, place.id) != (note.get("kind"), note.get("id")):
                continue
            same = held.row.kind.same if held else None
            if same and same(place.own, after) and not same(place.own, before):
                return True
    return False
